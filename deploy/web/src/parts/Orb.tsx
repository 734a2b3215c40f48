// The mood as a soft light with the hint of a face: the same for everyone, nobody's own.

import type { Mood } from "../contract";

export function Orb({ mood }: { mood: Mood | null }) {
  const awake = mood !== null && mood.mood !== "nobody";
  const sure = awake && mood.mood !== "uncertain";
  const bend = sure ? mood.valence * 9 : awake ? 0 : 3;
  const open = sure ? 2.4 + Math.max(0, mood.arousal) * 1.6 : 2.4;
  return (
    <svg class={awake ? "orb" : "orb asleep"} viewBox="4 4 72 72" aria-hidden="true">
      <defs>
        <radialGradient id="orb" cx="35%" cy="30%" r="80%">
          <stop class="orb-light" offset="0" />
          <stop class="orb-middle" offset="0.55" />
          <stop class="orb-shade" offset="1" />
        </radialGradient>
      </defs>
      <circle cx="40" cy="40" r="36" fill="url(#orb)" />
      <g class="orb-face">
        {awake ? (
          <>
            <circle cx="29" cy="34" r={open} />
            <circle cx="51" cy="34" r={open} />
          </>
        ) : (
          <path d="M25 35q4 3 8 0M47 35q4 3 8 0" />
        )}
        <path d={`M28 ${50 - bend / 3}Q40 ${50 + bend} 52 ${50 - bend / 3}`} />
      </g>
    </svg>
  );
}
