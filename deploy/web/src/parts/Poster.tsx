// A picture for a film that has none: its colours come from its id, its drawing from its genre.

import type { ComponentChildren } from "preact";
import type { Film } from "../contract";

const CIRCLES = [[46, 70], [74, 70]] as const;
const DRAWINGS: Record<string, (seed: number) => ComponentChildren> = {
  sun: (seed) => (
    <>
      <circle cx={60} cy={78 + (seed % 16)} r={26} />
      {[0, 1, 2, 3].map((i) => (
        <path key={i} d={`M0 ${118 + i * 14}q30 ${-10 + (seed % 8)} 60 0t60 0`} />
      ))}
    </>
  ),
  pair: (seed) => CIRCLES.map(([x, y]) => <circle key={x} cx={x} cy={y + (seed % 10)} r={26} />),
  rays: (seed) =>
    Array.from({ length: 9 }, (_, i) => (
      <path key={i} d={`M${-30 + i * 22} 180 ${20 + (seed % 20) + i * 22} -10`} />
    )),
  rings: (seed) =>
    [10, 22, 34, 46, 58, 70].map((r) => <circle key={r} cx={34 + (seed % 52)} cy={62} r={r} />),
  peaks: (seed) =>
    [0, 1, 2].map((i) => (
      <path key={i} d={`M-10 ${150 - i * 22}l${34 + (seed % 12)}-${46 + i * 6} 26 30 30-${40 + (seed % 14)} 60 ${70 - i * 4}`} />
    )),
  moon: (seed) => (
    <>
      <circle cx={78 - (seed % 20)} cy={52} r={22} />
      <circle cx={88 - (seed % 20)} cy={46} r={20} />
      <path d="M0 138q34-18 60-4t60-8M0 156q40-14 64 0t56-6" />
    </>
  ),
  confetti: (seed) =>
    Array.from({ length: 20 }, (_, i) => {
      // Steps of the golden ratio: scattered, and never two in one place.
      const [x, y] = [((i * 0.618 + seed / 60) % 1) * 112 + 4, i * 8 + 8];
      return i % 3 === 0 ? (
        <circle key={i} cx={x} cy={y} r={4 + (i % 4)} />
      ) : (
        <path key={i} d={`M${x} ${y}l${7 - (i % 4) * 4} ${6 + (i % 3) * 2}`} />
      );
    }),
};
const BY_GENRE: Record<string, keyof typeof DRAWINGS> = {
  action: "rays", adventure: "peaks", animation: "confetti", biography: "sun", comedy: "confetti",
  crime: "rays", documentary: "rings", drama: "sun", family: "confetti", fantasy: "moon",
  history: "peaks", horror: "moon", music: "rings", mystery: "moon", romance: "pair",
  "science fiction": "rings", sport: "rays", thriller: "rays", war: "peaks", western: "peaks",
};

export function hash(id: string): number {
  let sum = 7;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 100_003;
  return sum;
}

export function Poster({ film }: { film: Pick<Film, "id" | "genres"> }) {
  const seed = hash(film.id);
  const drawing = DRAWINGS[BY_GENRE[film.genres[0] ?? ""] ?? "sun"];
  return (
    <div class="poster" style={{ "--hue": String((seed * 47) % 360) }} aria-hidden="true">
      <svg viewBox="0 0 120 168" preserveAspectRatio="xMidYMid slice">{drawing?.(seed % 60)}</svg>
    </div>
  );
}
