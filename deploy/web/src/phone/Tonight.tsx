// Tonight: who is watching, how the room looks, and the films for it.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, recommend, say } from "../actions";
import { EXPRESSIONS, type Expression, type Probabilities } from "../contract";
import { percent, when } from "../format";
import { Icon } from "../parts/Icon";
import { Orb } from "../parts/Orb";
import { moodDetail, moodTitle } from "../parts/moodWords";
import { busy, guide, info, mood, now, settings, slate, understands } from "../state";
import { t } from "../text";
import { CameraSwitch } from "./CameraSwitch";
import { AnswerButtons, FilmCard } from "./FilmCard";
import { Stars } from "./FilmSheet";
import { WhoIsWatching } from "./Who";

const looking = signal(false);
const unfolded = signal(false);
/** Of the page's first slate only what the screen holds is drawn at first, and then the rest. */
const FIRST_FILMS = 2;
const drawn = signal(false);

export function Tonight() {
  return (
    <>
      <WhoIsWatching />
      <MoodCard />
      <HowWasIt />
      <Asking />
      <SlateList />
    </>
  );
}

function MoodCard() {
  const seen = settings.value === null || settings.value.camera === "on" ? mood.value : null;
  const shown = EXPRESSIONS.find((expression) => expression === seen?.mood);
  return (
    <section class="mood-card" aria-labelledby="mood">
      <div class="mood-line">
        <Orb mood={seen} />
        <div>
          <h1 id="mood" aria-live="polite">
            {moodTitle(mood.value, settings.value)}
          </h1>
          <p class="quiet">{moodDetail(mood.value, settings.value, now.value)}</p>
        </div>
      </div>
      {shown !== undefined && understands("correct_mood") && (
        <button
          type="button"
          class="small"
          onClick={async () => {
            if ((await ask("correct_mood", { shown })) !== undefined) say(t("correct.done"));
          }}
        >
          {t(`correct.${shown}`)}
        </button>
      )}
      {seen !== null && seen.mood !== "nobody" && (
        <details open={unfolded.value} onToggle={(event) => (unfolded.value = event.currentTarget.open)}>
          <summary>{t("mood.detail")}</summary>
          {unfolded.value && <Bars probabilities={seen.probabilities} />}
        </details>
      )}
      <CameraSwitch />
    </section>
  );
}

function Bars({ probabilities }: { probabilities: Probabilities }) {
  return (
    <ul class="bars">
      {EXPRESSIONS.map((expression) => (
        <li key={expression}>
          <span>{t(`expression.${expression}`)}</span>
          <meter min={0} max={1} value={probabilities[expression]} aria-label={t(`expression.${expression}`)} />
          <span class="number">{percent(probabilities[expression])}</span>
        </li>
      ))}
    </ul>
  );
}

function Asking() {
  if (!understands("recommend")) return null;
  if (settings.value?.evening === "playing") return <p class="quiet centred">{t("slate.playing")}</p>;
  const feel = (expression: Expression) => void recommend({ mood: expression });
  return (
    <section class="asking" aria-label={t("slate.ask")}>
      <button type="button" class="main-action" disabled={busy.value} onClick={() => void recommend({})}>
        <Icon name="sparkle" />
        {t(busy.value ? "slate.busy" : slate.value === null ? "slate.ask" : "slate.again")}
      </button>
      {info.value?.fresh === true && settings.value?.camera === "on" && <FreshLook />}
      <h2 class="quiet">{t("slate.moodTitle")}</h2>
      <ul class="chips scroll">
        {EXPRESSIONS.map((expression) => (
          <li key={expression}>
            <button type="button" class="chip" disabled={busy.value} onClick={() => feel(expression)}>
              {t(`expression.${expression}`)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function HowWasIt() {
  const { evening, film, film_title: title } = settings.value ?? {};
  if (evening !== "afterwards" || !film || !understands("feedback")) return null;
  return (
    <section class="panel" aria-labelledby="afterwards">
      <h2 id="afterwards">{t("slate.afterwards")}</h2>
      <p>{title ?? film}</p>
      <Stars film={film} />
      <AnswerButtons film={{ id: film, title: title ?? film }} />
    </section>
  );
}

function FreshLook() {
  const look = async () => {
    looking.value = true;
    await recommend({ fresh: true });
    looking.value = false;
  };
  if (!looking.value) {
    return (
      <button type="button" disabled={busy.value} onClick={() => void look()}>
        <Icon name="camera" />
        {t("fresh.ask")}
      </button>
    );
  }
  const told = guide.value;
  return (
    <p class="guide" role="status">
      {t(told === null ? "fresh.start" : `fresh.${told.hint}`)}
      {told !== null && <span class="number">{Math.ceil(told.leftS)}</span>}
    </p>
  );
}

function SlateList() {
  const shown = slate.value;
  useEffect(() => {
    if (shown !== null) drawn.value = true;
  }, [shown === null]);
  if (shown === null) return <p class="quiet centred">{t("slate.none")}</p>;
  return (
    <section aria-labelledby="slate">
      <header class="slate-head">
        <h2 id="slate">{t("slate.title")}</h2>
        <span class="quiet">{t("slate.made", { time: when(new Date(shown.made), now.value) })}</span>
      </header>
      {shown.note !== "" && <p class="note">{shown.note}</p>}
      <ol class="slate" aria-live="polite">
        {(drawn.value ? shown.films : shown.films.slice(0, FIRST_FILMS)).map((film) => (
          <li key={film.id}>
            <FilmCard film={film} />
          </li>
        ))}
      </ol>
    </section>
  );
}
