// What the people like: asked once, changed at any time.

import { useState } from "preact/hooks";
import { prefer } from "../actions";
import { GENRES, LIBRARIES, MOOD_TAGS, type Preferences } from "../contract";
import { genreName, languageName, moodTagName, runtime } from "../format";
import { Finder, Picked } from "../parts/Finder";
import { request } from "../link";
import { info, preferences, understands } from "../state";
import { t } from "../text";

const AGES = [0, 6, 12, 16, 18];
const LONGEST_MIN = [90, 105, 120, 150, 180];
const PLAYERS: Record<string, string> = { jellyfin: "Jellyfin", kodi: "Kodi" };

export function Taste() {
  const wishes = preferences.value;
  if (wishes === null) {
    return (
      <>
        <h1>{t("nav.taste")}</h1>
        <p class="quiet">{t("taste.waiting")}</p>
      </>
    );
  }
  return (
    <>
      <h1>{t("nav.taste")}</h1>
      <Lift wishes={wishes} />
      <section class="panel">
        <h2>{t("taste.languages")}</h2>
        <Languages wishes={wishes} />
      </section>
      <section class="panel">
        <h2>{t("taste.actors")}</h2>
        <People wishes={wishes} of="actors" />
      </section>
      <section class="panel">
        <h2>{t("taste.directors")}</h2>
        <People wishes={wishes} of="directors" />
      </section>
      <section class="panel pair">
        <Limit label={t("taste.runtime")} of="max_runtime" steps={LONGEST_MIN} wishes={wishes} name={runtime} />
        <Limit label={t("taste.age")} of="max_age" steps={AGES} wishes={wishes} name={String} />
      </section>
      <section class="panel">
        <h2>{t("taste.genres")}</h2>
        <Words words={GENRES} of="genres_left_out" wishes={wishes} name={genreName} />
      </section>
      <section class="panel">
        <h2>{t("taste.moods")}</h2>
        <details>
          <summary>{wishes.mood_tags_left_out.map(moodTagName).join(" · ") || t("taste.moods.none")}</summary>
          <Words words={MOOD_TAGS} of="mood_tags_left_out" wishes={wishes} name={moodTagName} />
        </details>
      </section>
      <section class="panel">
        <h2>{t("taste.libraries")}</h2>
        <Words words={LIBRARIES} of="libraries" wishes={wishes} name={(library) => PLAYERS[library] ?? library} />
        {wishes.libraries.length === 0 && <p class="quiet">{t("taste.libraries.body")}</p>}
      </section>
    </>
  );
}

interface WordsProps {
  words: readonly string[];
  of: "genres_left_out" | "mood_tags_left_out" | "libraries";
  wishes: Preferences;
  name: (word: string) => string;
}

/** Words to choose from, each pressed or not. */
function Words({ words, of, wishes, name }: WordsProps) {
  const chosen = wishes[of];
  const pressed = of === "libraries" ? "chip on" : "chip out";
  return (
    <ul class="chips">
      {words.map((word) => {
        const is = chosen.includes(word);
        const others = chosen.filter((other) => other !== word);
        return (
          <li key={word}>
            <button
              type="button"
              class={is ? pressed : "chip"}
              aria-pressed={is}
              onClick={() => void prefer({ [of]: is ? others : [...chosen, word] })}
            >
              {name(word)}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

export function Languages({ wishes }: { wishes: Preferences }) {
  const offered = (info.value?.languages ?? []).map((code) => ({ id: code, name: languageName(code) }));
  const find = (typed: string) =>
    offered
      .filter(({ id, name }) => !wishes.languages.includes(id) && fold(name).includes(fold(typed)))
      .map(({ name }) => name);
  const pick = (picked: string) => {
    const code = offered.find(({ name }) => name === picked)?.id;
    if (code !== undefined) void prefer({ languages: [...wishes.languages, code] });
  };
  return (
    <>
      <Picked
        names={wishes.languages.map((id) => ({ id, name: languageName(id) }))}
        onRemove={(id) => void prefer({ languages: wishes.languages.filter((code) => code !== id) })}
      />
      {wishes.languages.length === 0 && <p class="quiet">{t("taste.languages.body")}</p>}
      <Finder label={t("taste.languages.find")} placeholder={t("taste.languages.find")} find={find} onPick={pick} />
    </>
  );
}

export function People({ wishes, of }: { wishes: Preferences; of: "actors" | "directors" }) {
  const chosen = wishes[of];
  const find = async (typed: string): Promise<string[]> => {
    if (!understands("search") || typed.length < 2) return [];
    try {
      return (await request("search", { person: typed })).people.filter((name) => !chosen.includes(name));
    } catch {
      return []; // what was typed can still be added as it is
    }
  };
  const add = (name: string) => {
    if (!chosen.includes(name)) void prefer({ [of]: [...chosen, name] });
  };
  return (
    <>
      <Picked
        names={chosen.map((name) => ({ id: name, name }))}
        onRemove={(name) => void prefer({ [of]: chosen.filter((other) => other !== name) })}
      />
      <Finder
        label={`${t(`taste.${of}`)}: ${t("taste.person.find")}`}
        placeholder={t("taste.person.find")}
        find={find}
        onPick={add}
        free
      />
    </>
  );
}

function Lift({ wishes }: { wishes: Preferences }) {
  const [moved, setMoved] = useState<number | null>(null);
  return (
    <section class="panel">
      <h2 id="lift">{t("taste.lift")}</h2>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        aria-labelledby="lift"
        value={moved ?? wishes.lift}
        onInput={(event) => setMoved(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          setMoved(null);
          void prefer({ lift: event.currentTarget.valueAsNumber });
        }}
      />
      <div class="ends">
        <span>{t("taste.lift.match")}</span>
        <span>{t("taste.lift.lift")}</span>
      </div>
    </section>
  );
}

interface LimitProps {
  label: string;
  of: "max_runtime" | "max_age";
  steps: number[];
  wishes: Preferences;
  name: (step: number) => string;
}

function Limit({ label, of, steps, wishes, name }: LimitProps) {
  const now = wishes[of];
  const offered = now === null || steps.includes(now) ? steps : [...steps, now].sort((a, b) => a - b);
  return (
    <label class="stacked">
      {label}
      <select
        value={now ?? ""}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          void prefer({ [of]: chosen === "" ? null : Number(chosen) });
        }}
      >
        <option value="">{t("taste.any")}</option>
        {offered.map((step) => (
          <option key={step} value={step}>
            {name(step)}
          </option>
        ))}
      </select>
    </label>
  );
}

function fold(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
