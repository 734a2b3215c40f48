// The mood in words that do not claim more than was seen.

import type { Mood, Settings } from "../contract";
import { lasting } from "../format";
import { availability } from "../state";
import { t, tCount } from "../text";

const SURE = [
  [0.85, "sure.very"],
  [0.65, "sure.fairly"],
  [0.45, "sure.little"],
  [0, "sure.guess"],
] as const;

export function moodTitle(mood: Mood | null, settings: Settings | null): string {
  if (settings !== null && settings.camera !== "on") return t(`camera.${settings.camera}`);
  if (mood !== null) return t(`mood.${mood.mood}`);
  // The device says `online` last: what has not come by then does not come to this screen.
  return t(availability.value === null ? "connection.connecting" : "mood.hidden");
}

/** How sure, since when, how many, how well seen. */
export function moodDetail(mood: Mood | null, settings: Settings | null, now: Date): string {
  if (mood === null || (settings !== null && settings.camera !== "on")) return "";
  const parts = [t("mood.for", { time: lasting(new Date(mood.since), now) })];
  if (mood.mood !== "nobody") {
    if (mood.mood !== "uncertain") {
      parts.unshift(t(SURE.find(([least]) => mood.confidence >= least)?.[1] ?? "sure.guess"));
    }
    parts.push(tCount("people", mood.people));
  }
  if (mood.light === "dark" || mood.light === "dim") parts.push(t(`light.${mood.light}`));
  return parts.join(" · ");
}
