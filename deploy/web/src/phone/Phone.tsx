// The phone's face: three places, and what is true of all of them.

import { signal } from "@preact/signals";
import { Icon, type IconName } from "../parts/Icon";
import { Notice, StaleBanner } from "../parts/Told";
import { refusal } from "../pairing";
import { connection, live, settings } from "../state";
import { type Key, t } from "../text";
import { Household } from "./Household";
import { Taste } from "./Taste";
import { Tonight } from "./Tonight";
import { Welcome, welcoming } from "./Welcome";

const PLACES = {
  tonight: { icon: "moon", view: Tonight },
  taste: { icon: "sliders", view: Taste },
  household: { icon: "home", view: Household },
} as const satisfies Record<string, { icon: IconName; view: () => unknown }>;
type Place = keyof typeof PLACES;

const place = signal<Place>(placeInAddress());
window.addEventListener("hashchange", () => {
  place.value = placeInAddress();
  window.scrollTo(0, 0);
});

function placeInAddress(): Place {
  const named = location.hash.slice(1);
  return named in PLACES ? (named as Place) : "tonight";
}

export function Phone() {
  if (connection.value === "unpaired") return <Unpaired />;
  if (welcoming.value) return <Welcome />;
  const View = PLACES[place.value].view;
  return (
    <>
      <header class="top">
        <span class="wordmark">emoflix</span>
        <CameraState />
      </header>
      <StaleBanner />
      <main>
        <View />
      </main>
      <nav class="tabs" aria-label={t("nav.label")}>
        {(Object.keys(PLACES) as Place[]).map((name) => (
          <a key={name} href={`#${name}`} aria-current={name === place.value ? "page" : undefined}>
            <Icon name={PLACES[name].icon} />
            {t(`nav.${name}`)}
          </a>
        ))}
      </nav>
      <Notice />
    </>
  );
}

function CameraState() {
  const camera = settings.value?.camera;
  if (camera === undefined) return null;
  return (
    <a class={`camera-state ${camera === "on" && live.value ? "looking" : ""}`} href="#household">
      <Icon name={camera === "on" ? "camera" : "cameraOff"} />
      {t(`camera.${camera}`)}
    </a>
  );
}

function Unpaired() {
  const why: Key | null = refusal.value === null ? null : `connection.unpaired.${refusal.value}`;
  return (
    <main class="alone">
      <span class="wordmark">emoflix</span>
      <h1>{t("connection.unpaired.title")}</h1>
      {why !== null && <p role="alert">{t(why)}</p>}
      <p>{t("connection.unpaired.body")}</p>
    </main>
  );
}
