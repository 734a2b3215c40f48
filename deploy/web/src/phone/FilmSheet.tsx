// All that is known of a film, and all that can be said about it.

import { useState } from "preact/hooks";
import { answerFilm, ask, say } from "../actions";
import type { Film } from "../contract";
import { filmLine, webLinks } from "../format";
import { Icon } from "../parts/Icon";
import { Poster } from "../parts/Poster";
import { Sheet } from "../parts/Sheet";
import { reasonsOf, understands } from "../state";
import { t } from "../text";
import { AnswerButtons } from "./FilmCard";

const STARS = [1, 2, 3, 4, 5];

export function FilmSheet({ film, onClose }: { film: Film; onClose: () => void }) {
  const original = film.original_title === film.title ? "" : film.original_title;
  const facts = [
    [t("film.original"), original],
    [t("film.director"), film.director],
    [t("film.cast"), film.cast.join(", ")],
  ].filter(([, value]) => value !== "");
  const reasons = reasonsOf(film.id, film.reasons);
  return (
    <Sheet title={film.title} onClose={onClose}>
      <Poster film={film} />
      <p class="quiet">{filmLine(film, 4)}</p>
      {understands("play") && film.playable && (
        <button
          type="button"
          class="main-action"
          onClick={async () => {
            if ((await ask("play", { film: film.id })) !== undefined) say(t("film.started", { title: film.title }));
          }}
        >
          <Icon name="play" />
          {t("film.play")}
        </button>
      )}
      {reasons.length > 0 && (
        <>
          <h3>{t("film.why")}</h3>
          <ul class="reasons">
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {understands("feedback") && <Opinion film={film} />}
      {webLinks(film).map((link) => (
        <a key={link.url} class="outside" href={link.url} target="_blank" rel="noopener noreferrer">
          <Icon name="link" />
          {t("film.read")}: {link.name} <span class="quiet">({t("film.leaves")})</span>
        </a>
      ))}
    </Sheet>
  );
}

function Opinion({ film }: { film: Film }) {
  const [review, setReview] = useState("");
  const send = async () => {
    if (await answerFilm({ film: film.id, kind: "review", review: review.trim() }, t("film.thanks"))) setReview("");
  };
  return (
    <>
      <AnswerButtons film={film} />
      <div class="actions">
        <button type="button" onClick={() => void answerFilm({ film: film.id, kind: "stopped_early" }, t("film.thanks"))}>
          {t("film.stopped")}
        </button>
        <button type="button" onClick={() => void answerFilm({ film: film.id, kind: "not_interested" }, t("film.thanks"))}>
          {t("film.never")}
        </button>
      </div>
      <Stars film={film.id} />
      <label class="stacked">
        {t("film.review")}
        <textarea rows={3} maxLength={2000} value={review} onInput={(event) => setReview(event.currentTarget.value)} />
      </label>
      <button type="button" disabled={review.trim() === ""} onClick={() => void send()}>
        {t("film.send")}
      </button>
    </>
  );
}

export function Stars({ film }: { film: string }) {
  const [rating, setRating] = useState(0);
  const rate = async (stars: number) => {
    if (await answerFilm({ film, kind: "rating", rating: stars }, t("film.thanks"))) setRating(stars);
  };
  return (
    <fieldset class="stars">
      <legend>{t("film.rate")}</legend>
      {STARS.map((stars) => (
        <button
          key={stars}
          type="button"
          class={stars <= rating ? "round on" : "round"}
          aria-label={t("film.stars", { count: stars })}
          aria-pressed={stars === rating}
          onClick={() => void rate(stars)}
        >
          <Icon name="star" />
        </button>
      ))}
    </fieldset>
  );
}
