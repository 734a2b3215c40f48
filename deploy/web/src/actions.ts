// What a person can do here: ask the device, and say how it went.

import { signal } from "@preact/signals";
import type { CommandName, Commands, Feedback, Preferences } from "./contract";
import { RequestError, request } from "./link";
import { answers, busy, guide, preferences, slate, understands } from "./state";
import { t } from "./text";

export const notice = signal<{ text: string; detail: string; bad: boolean } | null>(null);
let fading = 0;

/** One line at the foot of the page, read out by a screen reader. */
export function say(text: string, { detail = "", bad = false } = {}): void {
  clearTimeout(fading);
  notice.value = { text, detail, bad };
  fading = window.setTimeout(() => (notice.value = null), bad ? 9000 : 4000);
}

/** The result, or undefined after the person has been told why there is none. */
export async function ask<Name extends CommandName>(
  name: Name,
  body: Commands[Name][0],
): Promise<Commands[Name][1] | undefined> {
  try {
    return await request(name, body);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const detail = error.kind === "refused" ? `${error.field}: ${error.message}` : "";
    say(t(`error.${error.kind}`), { detail, bad: true });
    return undefined;
  }
}

export async function recommend(body: Commands["recommend"][0]): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  const made = await ask("recommend", body);
  busy.value = false;
  guide.value = null;
  if (made !== undefined) slate.value = made;
}

export async function answerFilm(feedback: Omit<Feedback, "slate">, said: string): Promise<boolean> {
  const about = slate.value?.films.some((film) => film.id === feedback.film) ? slate.value.slate : undefined;
  const kept = await ask("feedback", about === undefined ? feedback : { ...feedback, slate: about });
  if (kept === undefined) return false;
  answers.value = { ...answers.value, [feedback.film]: feedback.kind };
  say(kept.understood === false ? t("film.unread") : said);
  return true;
}

export async function fetchPreferences(): Promise<void> {
  if (!understands("preferences")) return;
  try {
    preferences.value = await request("preferences", {});
  } catch {
    // asked again at the next connection
  }
}

export async function prefer(changes: Partial<Preferences>): Promise<void> {
  const before = preferences.value;
  if (before !== null) preferences.value = { ...before, ...changes };
  const kept = await ask("preferences", changes);
  preferences.value = kept ?? before;
}
