// The television's face: large cards in a row, one reason each; at rest until asked or visited.

import { effect, signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { ask, recommend, say } from "../actions";
import type { EveningState, Film } from "../contract";
import { clock, filmLine, languageAndGenres, yearAndLength } from "../format";
import { Icon } from "../parts/Icon";
import { Orb } from "../parts/Orb";
import { Poster } from "../parts/Poster";
import { Sheet } from "../parts/Sheet";
import { Notice, StaleBanner } from "../parts/Told";
import { moodDetail, moodTitle } from "../parts/moodWords";
import { AnswerButtons } from "../phone/FilmCard";
import { busy, connection, live, mood, now, reasonsOf, settings, slate, understands } from "../state";
import { t } from "../text";
import { focusFirst, listen } from "./keys";

const MOST_CARDS = 6;
const UNTOUCHED_MS = 10 * 60_000;

const awake = signal(false);
const opened = signal<Film | null>(null);
let resting = 0;

function wake(): void {
  awake.value = true;
  clearTimeout(resting);
  resting = window.setTimeout(rest, UNTOUCHED_MS);
}

function rest(): void {
  awake.value = false;
  opened.value = null;
}

// A slate is made on a request or an arrival, never for a passer-by: so a new one wakes the screen.
let shown: string | null = null;
let before: EveningState | undefined;
effect(() => {
  const made = slate.value?.slate ?? null;
  const evening = settings.value?.evening;
  if (evening === undefined) return;
  if (evening === "choosing" && made !== null && made !== shown) wake();
  if (evening === "choosing" || evening === "afterwards") shown = made;
  // Only when it comes to that: who pressed a key while nobody chooses wants to see something.
  if (before !== undefined && evening !== before && (evening === "playing" || evening === "waiting")) rest();
  before = evening;
});

// Whatever listens or takes the focus does so with what it belongs to, not after that was painted: a key
// that comes between the two would be lost, or do what another was to do.
export function Tv() {
  useLayoutEffect(
    () =>
      listen(
        () => {
          if (opened.value !== null) opened.value = null;
          else rest();
        },
        () => {
          const slept = !awake.value;
          wake();
          return slept;
        },
      ),
    [],
  );
  if (connection.value === "unpaired") return <Alone text={t("connection.unpaired.body")} />;
  return awake.value ? <Evening /> : <Rest />;
}

function Alone({ text }: { text: string }) {
  return (
    <main class="tv-rest">
      <span class="wordmark">emoflix</span>
      <p>{text}</p>
    </main>
  );
}

function Rest() {
  return (
    <main class="tv-rest">
      <Orb mood={null} />
      <h1 class="tv-clock">{clock(now.value)}</h1>
      <button type="button" class="plain quiet" data-first ref={(button) => button?.focus()} onClick={wake}>
        {t(settings.value?.evening === "playing" ? "slate.playing" : "tv.rest")}
      </button>
      <StaleBanner />
    </main>
  );
}

function Evening() {
  const camera = settings.value?.camera;
  const films = slate.value?.films.slice(0, MOST_CARDS) ?? [];
  useLayoutEffect(() => {
    if (opened.value === null) focusFirst(); // else what the finger is about to press would be another button
  }, [slate.value?.slate]);
  return (
    <>
      <header class="tv-head">
        <Orb mood={camera === "on" ? mood.value : null} />
        <div>
          <h1 aria-live="polite">{mood.value === null && camera === "on" ? t("slate.title") : moodTitle(mood.value, settings.value)}</h1>
          <p class="quiet">{moodDetail(mood.value, settings.value, now.value)}</p>
        </div>
        <span class="tv-time">{clock(now.value)}</span>
      </header>
      <StaleBanner />
      <main>
        {films.length === 0 && <p class="tv-none">{t(camera === "no consent" ? "tv.welcome" : "slate.none")}</p>}
        <ol class="tv-row" aria-label={t("slate.title")} style={{ "--cards": String(Math.max(5, films.length)) }}>
          {films.map((film, index) => (
            <li key={film.id}>
              <Card film={film} first={index === 0} />
            </li>
          ))}
        </ol>
      </main>
      <footer class="tv-foot">
        <button type="button" {...(films.length === 0 ? { "data-first": true } : {})} onClick={() => void recommend({})}>
          <Icon name="sparkle" />
          {t(busy.value ? "slate.busy" : films.length === 0 ? "slate.ask" : "slate.again")}
        </button>
        {understands("camera") && camera !== undefined && camera !== "no consent" && (
          <button type="button" onClick={() => void ask("camera", { camera: camera === "off" ? "ON" : "OFF" })}>
            <Icon name={camera === "off" ? "camera" : "cameraOff"} />
            {t(camera === "off" ? "camera.turnOn" : "camera.turnOff")}
          </button>
        )}
        <span class={`camera-state ${camera === "on" && live.value ? "looking" : ""}`}>
          {camera !== undefined && camera !== "no consent" && t(`camera.${camera}`)}
        </span>
        <span class="quiet tv-hint">{t("tv.hint")}</span>
      </footer>
      {opened.value !== null && <Details film={opened.value} />}
      <Notice />
    </>
  );
}

function Card({ film, first }: { film: Film; first: boolean }) {
  return (
    <button
      type="button"
      class="tv-card"
      data-film={film.id}
      {...(first ? { "data-first": true } : {})}
      onClick={() => (opened.value = film)}
    >
      <Poster film={film} />
      <span class="tv-title">{film.title}</span>
      <span class="quiet">
        {yearAndLength(film)}
        <br />
        {languageAndGenres(film, 1)}
      </span>
      <span class="tv-reason">{reasonsOf(film.id, film.reasons)[0]}</span>
    </button>
  );
}

function Details({ film }: { film: Film }) {
  const play = async () => {
    if ((await ask("play", { film: film.id })) !== undefined) say(t("film.started", { title: film.title }));
    opened.value = null;
  };
  useLayoutEffect(() => document.querySelector<HTMLElement>("dialog .actions button")?.focus(), []);
  return (
    <Sheet title={film.title} onClose={() => (opened.value = null)} class="tv-sheet">
      <Poster film={film} />
      {film.original_title !== film.title && <p class="original">{film.original_title}</p>}
      <p class="quiet">{filmLine(film, 4)}</p>
      <p>{[film.director, ...film.cast].filter(Boolean).join(" · ")}</p>
      <ul class="reasons">
        {reasonsOf(film.id, film.reasons).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <div class="actions">
        {understands("play") && film.playable && (
          <button type="button" class="main-action" onClick={() => void play()}>
            <Icon name="play" />
            {t("tv.choose")}
          </button>
        )}
        <AnswerButtons film={film} />
      </div>
    </Sheet>
  );
}
