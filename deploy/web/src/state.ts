// What is known of the device, and since when. Only link.ts and the answers to requests write here.

import { computed, signal } from "@preact/signals";
import type { Availability, CommandName, Hint, Info, Mood, Preferences, Settings, Slate } from "./contract";

export type Connection = "connecting" | "open" | "lost" | "unpaired";

export const connection = signal<Connection>("connecting");
/** When the connection came to be as it is; null before the first try has ended. */
export const connectionSince = signal<Date | null>(null);
export const availability = signal<Availability | null>(null);
export const availabilitySince = signal<Date | null>(null);

export const mood = signal<Mood | null>(null);
export const slate = signal<Slate | null>(null);
export const settings = signal<Settings | null>(null);
export const info = signal<Info | null>(null);
export const preferences = signal<Preferences | null>(null);
/** Film id to reasons that tell the mood, for the slate named. */
export const moodReasons = signal<{ slate: string; reasons: Record<string, string[]> } | null>(null);
export const guide = signal<{ hint: Hint; leftS: number } | null>(null);
/** Film id to what was answered on this page. */
export const answers = signal<Record<string, string>>({});
export const busy = signal(false);

/** The time in steps of ten seconds: enough for "four minutes ago". */
export const now = signal(new Date());

export const stale = computed<"box" | "connection" | null>(() => {
  if (connection.value === "lost") return "connection";
  // The broker is back before the box: what is shown is still from before.
  if (connection.value === "open" && availability.value === null && availabilitySince.value !== null) return "connection";
  return availability.value === "offline" ? "box" : null;
});
export const staleSince = computed(() =>
  stale.value === "connection" ? connectionSince.value : availabilitySince.value,
);
export const live = computed(() => connection.value === "open" && availability.value === "online");

/** Whether the device understands a command: a control is shown only then. */
export function understands(command: CommandName): boolean {
  return info.value?.commands.includes(command) ?? false;
}

export function reasonsOf(filmId: string, open: string[]): string[] {
  const told = moodReasons.value;
  const telling = told !== null && told.slate === slate.value?.slate ? told.reasons[filmId] : undefined;
  return telling === undefined ? open : [...telling, ...open];
}
