// One film of the slate, and the answers to it.

import { useState } from "preact/hooks";
import { answerFilm } from "../actions";
import type { FeedbackKind, Film } from "../contract";
import { filmLine } from "../format";
import { Icon, type IconName } from "../parts/Icon";
import { Poster } from "../parts/Poster";
import { answers, reasonsOf, understands } from "../state";
import { type Key, t } from "../text";
import { FilmSheet } from "./FilmSheet";

export const ANSWERS = [
  { kind: "like", icon: "heart", label: "film.like", said: "film.liked" },
  { kind: "dislike", icon: "no", label: "film.dislike", said: "film.disliked" },
  { kind: "watched", icon: "check", label: "film.seen", said: "film.watched" },
] as const satisfies { kind: FeedbackKind; icon: IconName; label: Key; said: Key }[];

export function FilmCard({ film }: { film: Film }) {
  const [open, setOpen] = useState(false);
  return (
    <article class="film" data-film={film.id} aria-label={film.title}>
      <div class="film-line">
        <Poster film={film} />
        <div class="film-text">
          <div class="film-title">
            <h3>
              <button type="button" class="plain" onClick={() => setOpen(true)}>
                {film.title}
              </button>
            </h3>
            <button type="button" class="round bare" aria-label={t("film.more", { title: film.title })} onClick={() => setOpen(true)}>
              <Icon name="more" />
            </button>
          </div>
          {film.original_title !== film.title && <p class="original">{film.original_title}</p>}
          <p class="quiet">{filmLine(film)}</p>
          <ul class="reasons">
            {reasonsOf(film.id, film.reasons).slice(0, 2).map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      </div>
      <AnswerButtons film={film} />
      {open && <FilmSheet film={film} onClose={() => setOpen(false)} />}
    </article>
  );
}

export function AnswerButtons({ film }: { film: Pick<Film, "id" | "title"> }) {
  if (!understands("feedback")) return null;
  const given = answers.value[film.id];
  return (
    <div class="answers">
      {ANSWERS.map(({ kind, icon, label, said }) => (
        <button
          key={kind}
          type="button"
          class={`answer ${kind}`}
          aria-pressed={given === kind}
          onClick={() => void answerFilm({ film: film.id, kind }, t(said, { title: film.title }))}
        >
          <Icon name={icon} />
          {t(label)}
        </button>
      ))}
    </div>
  );
}
