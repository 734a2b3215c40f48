// Words in the person's language. One file a language in strings/, loaded when it is needed.

import { signal } from "@preact/signals";
import type english from "./strings/en.json";

export type Key = keyof typeof english;
export const LANGUAGES = { en: "English", hi: "हिन्दी", ml: "മലയാളം", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Language, () => Promise<{ default: Record<Key, string> }>> = {
  en: () => import("./strings/en.json"),
  hi: () => import("./strings/hi.json"),
  ml: () => import("./strings/ml.json"),
  de: () => import("./strings/de.json"),
};
const YEAR_S = 365 * 24 * 3600;

export const language = signal<Language>("en");
const words = signal<Record<string, string>>({});

/** The language that the page came in: the one chosen here before, else what the browser wants. */
export async function loadLanguage(): Promise<void> {
  await load(document.documentElement.lang as Language);
}

/** Kept where the box sees it, so that the next page comes in it. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  document.cookie = `language=${chosen}; path=/; max-age=${YEAR_S}; samesite=lax`;
  await load(chosen);
  document.documentElement.lang = chosen;
}

async function load(chosen: Language): Promise<void> {
  speak(chosen, (await LOADERS[chosen]()).default);
}

/** From here on everything is said in these words. */
export function speak(chosen: Language, its: Record<Key, string>): void {
  words.value = its;
  language.value = chosen;
}

/** The words for a key, `{name}` replaced by what is given. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(words.value[key] ?? key, values);
}

/** The words for a key that the device has named, or the device's own word. */
export function tOr(key: string, otherwise: string): string {
  return words.value[key] ?? otherwise;
}

/** Words that depend on a number: `key.one` or `key.other`. */
export function tCount(key: "people" | "minutes" | "hours" | "faces" | "unreadable", count: number): string {
  const form = new Intl.PluralRules(language.value).select(count) === "one" ? "one" : "other";
  return fill(words.value[`${key}.${form}`] ?? key, { count });
}

function fill(pattern: string, values: Record<string, string | number>): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
