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
const KEPT_AS = "language";

export const language = signal<Language>("en");
const words = signal<Record<string, string>>({});

/** Takes what was chosen here before, else what the browser wants, else English. */
export async function loadLanguage(): Promise<void> {
  const wanted = [localStorage.getItem(KEPT_AS) ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2));
  await useLanguage((wanted.find((tag) => tag in LANGUAGES) ?? "en") as Language);
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  localStorage.setItem(KEPT_AS, chosen);
  await useLanguage(chosen);
}

async function useLanguage(chosen: Language): Promise<void> {
  words.value = (await LOADERS[chosen]()).default;
  language.value = chosen;
  document.documentElement.lang = chosen;
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
