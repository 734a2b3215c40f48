// A phone that has scanned the QR code asks for a user of its own.

import { signal } from "@preact/signals";

const SHAPE = /^#pair=([\w-]{16,64})$/;

/** Why the invitation was not accepted, if it was not. */
export const refusal = signal<"spent" | "full" | null>(null);

export async function acceptInvitation(): Promise<void> {
  const token = SHAPE.exec(location.hash)?.[1];
  if (token === undefined) return;
  // It is good for once: it has no business in the history.
  history.replaceState(null, "", `${location.pathname}${location.search}`);
  try {
    const answer = await fetch("/pair", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (answer.status === 403) refusal.value = "spent";
    if (answer.status === 409) refusal.value = "full";
  } catch {
    refusal.value = "spent";
  }
}
