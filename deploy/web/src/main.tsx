// One page, two faces: a phone's, and with ?tv the television's.

import { effect } from "@preact/signals";
import { render } from "preact";
import { fetchPreferences } from "./actions";
import { fetchSession, start } from "./link";
import { acceptInvitation } from "./pairing";
import { Phone } from "./phone/Phone";
import { info, live, mood, now, settings } from "./state";
import { loadLanguage } from "./text";
import { Tv } from "./tv/Tv";

const root = document.documentElement;
const onTv = root.classList.contains("tv");

// The room's light follows its mood: style.css has a hue for each.
effect(() => {
  if (mood.value === null) return;
  root.classList.toggle("lit", root.dataset.mood !== undefined);
  root.dataset.mood = settings.value === null || settings.value.camera === "on" ? mood.value.mood : "nobody";
});
effect(() => {
  if (live.value && info.value !== null) void fetchPreferences();
});
setInterval(() => (now.value = new Date()), 10_000);

// Who one is, is asked while the words are on their way; the rest waits until these are to be seen.
const session = acceptInvitation().then(fetchSession);
await loadLanguage();
const page = document.getElementById("page");
if (page !== null) render(onTv ? <Tv /> : <Phone />, page);
await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
await start(session);
