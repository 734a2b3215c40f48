// Times, lengths and names as the person's language writes them.

import type { Film } from "./contract";
import { language, t, tCount, tOr } from "./text";

/** The person's region of the page's language (`en-GB`), so that the clock is theirs. */
function region(): string {
  return navigator.languages.find((tag) => tag.startsWith(language.value)) ?? language.value;
}

/** The same for the same words: to make a formatter takes longer than to draw a film. */
function kept<Formatter>(make: (locale: string) => Formatter): (locale: string) => Formatter {
  const made = new Map<string, Formatter>();
  return (locale) => {
    const formatter = made.get(locale) ?? make(locale);
    made.set(locale, formatter);
    return formatter;
  };
}

const names = kept((locale) => new Intl.DisplayNames(locale, { type: "language" }));
const hourAndMinute = kept((locale) => new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }));
const dayAndTime = kept((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }));
const length = {
  hour: kept((locale) => new Intl.NumberFormat(locale, { style: "unit", unit: "hour", unitDisplay: "narrow" })),
  minute: kept((locale) => new Intl.NumberFormat(locale, { style: "unit", unit: "minute", unitDisplay: "narrow" })),
};
const share = kept((locale) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }));

export function languageName(code: string): string {
  try {
    return names(language.value).of(code) ?? code;
  } catch {
    return code;
  }
}

export function genreName(genre: string): string {
  return tOr(`genre.${genre}`, genre);
}

export function moodTagName(tag: string): string {
  return tOr(`mood_tag.${tag}`, tag);
}

export function clock(at: Date): string {
  return hourAndMinute(region()).format(at);
}

export function dayAndClock(at: Date): string {
  return dayAndTime(region()).format(at);
}

/** The clock for today, with the day before that. */
export function when(at: Date, now: Date): string {
  return at.toDateString() === now.toDateString() ? clock(at) : dayAndClock(at);
}

export function lasting(since: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000));
  if (minutes < 1) return t("moment");
  return minutes < 60 ? tCount("minutes", minutes) : tCount("hours", Math.floor(minutes / 60));
}

export function runtime(minutes: number): string {
  const part = (unit: keyof typeof length, value: number) => length[unit](language.value).format(value);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return part("minute", rest);
  return rest === 0 ? part("hour", hours) : `${part("hour", hours)} ${part("minute", rest)}`;
}

export function percent(part: number): string {
  return share(language.value).format(part);
}

export function yearAndLength(film: Film): string {
  return joined([String(film.year), film.runtime === null ? "" : runtime(film.runtime)]);
}

export function languageAndGenres(film: Film, genres: number): string {
  return joined([film.language ? languageName(film.language) : "", ...film.genres.slice(0, genres).map(genreName)]);
}

export function filmLine(film: Film, genres = 2): string {
  return joined([yearAndLength(film), languageAndGenres(film, genres)]);
}

function joined(parts: string[]): string {
  return parts.filter(Boolean).join(" · ");
}

/** Only what a browser opens as a page; anything else in a link is dropped. */
export function webLinks(film: Film): Film["links"] {
  return film.links.filter(({ url }) => /^https?:\/\//i.test(url));
}
