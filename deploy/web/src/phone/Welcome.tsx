// The first time: consent before anything is looked at, then languages, people and six films.

import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../actions";
import type { Film } from "../contract";
import { Notice, StaleBanner } from "../parts/Told";
import { Orb } from "../parts/Orb";
import { info, preferences, settings, understands } from "../state";
import { t } from "../text";
import { FilmCard } from "./FilmCard";
import { Languages, People } from "./Taste";

const REFUSED = "welcome";
type Step = "consent" | "languages" | "actors" | "films";

const step = signal<Step | null>(null);
const refused = signal(localStorage.getItem(REFUSED) === "refused");

/** Begins by itself where nobody has been asked yet, and goes on until it is done. */
export const welcoming = computed(
  () => step.value !== null || (settings.value?.camera === "no consent" && info.value !== null && !refused.value),
);

export function beginWelcome(): void {
  step.value = "consent";
}

export function Welcome() {
  const steps: Step[] = ["consent", "languages", "actors"];
  if (understands("feedback") && understands("profile")) steps.push("films");
  const at = step.value ?? "consent";
  const next = () => {
    step.value = steps[steps.indexOf(at) + 1] ?? null;
    window.scrollTo(0, 0);
  };
  return (
    <>
      <StaleBanner />
      <main class="welcome">
        <p class="quiet">{t("welcome.step", { step: steps.indexOf(at) + 1, steps: steps.length })}</p>
        {at === "consent" ? <Consent onAnswer={next} /> : <Question step={at} />}
        {at !== "consent" && (
          <button type="button" class="main-action" onClick={next}>
            {t(at === steps.at(-1) ? "welcome.done" : "welcome.next")}
          </button>
        )}
      </main>
      <Notice />
    </>
  );
}

function Consent({ onAnswer }: { onAnswer: () => void }) {
  const answer = async (given: boolean) => {
    step.value = "consent"; // stay here, though giving it ends what began this by itself
    if (given && (await ask("consent", { consent: "give" })) === undefined) return;
    refused.value = !given;
    localStorage.setItem(REFUSED, given ? "asked" : "refused");
    onAnswer();
  };
  return (
    <>
      <Orb mood={null} />
      <h1>{t("welcome.title")}</h1>
      <p>{t("welcome.body")}</p>
      <ul class="points">
        {(["pictures", "everyone", "off", "works"] as const).map((point) => (
          <li key={point}>{t(`welcome.point.${point}`)}</li>
        ))}
      </ul>
      {/* Alike in size and weight: a choice, not a push. */}
      <div class="equal">
        <button type="button" onClick={() => void answer(true)}>
          {t("welcome.allow")}
        </button>
        <button type="button" onClick={() => void answer(false)}>
          {t("welcome.refuse")}
        </button>
      </div>
    </>
  );
}

function Question({ step: asked }: { step: Exclude<Step, "consent"> }) {
  const wishes = preferences.value;
  return (
    <>
      <h1>{t(`welcome.${asked}`)}</h1>
      {asked === "films" && <SixFilms />}
      {wishes === null && asked !== "films" && <p class="quiet">{t("taste.waiting")}</p>}
      {wishes !== null && asked === "languages" && <Languages wishes={wishes} />}
      {wishes !== null && asked === "actors" && <People wishes={wishes} of="actors" />}
    </>
  );
}

function SixFilms() {
  const [films, setFilms] = useState<Film[]>([]);
  useEffect(() => {
    void ask("profile", { action: "introduce" }).then((asked) => setFilms(asked?.films ?? []));
  }, []);
  return (
    <ul class="slate">
      {films.map((film) => (
        <li key={film.id}>
          <FilmCard film={film} />
        </li>
      ))}
    </ul>
  );
}
