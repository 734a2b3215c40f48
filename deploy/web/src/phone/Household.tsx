// The household: the camera and its rules, pictures, what was said, and whose data it is.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { ask, say } from "../actions";
import type { HistoryEntry } from "../contract";
import { when } from "../format";
import { Icon } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { info, now, settings, understands } from "../state";
import { LANGUAGES, type Language, chooseLanguage, language, t } from "../text";
import { CameraSwitch } from "./CameraSwitch";
import { Picture } from "./Picture";
import { WhoIsWatching } from "./Who";

const entries = signal<HistoryEntry[] | null>(null);

export function Household() {
  return (
    <>
      <h1>{t("nav.household")}</h1>
      <WhoIsWatching />
      <Privacy />
      {understands("analyze") && <Picture />}
      {understands("history") && <History />}
      {understands("profile") && <Data />}
      <PageLanguage />
      <About />
    </>
  );
}

function Privacy() {
  const withdraw = async () => {
    if ((await ask("consent", { consent: "withdraw" })) !== undefined) say(t("privacy.withdrawn"));
  };
  return (
    <section class="panel">
      <h2>{t("privacy.title")}</h2>
      <CameraSwitch explained />
      {understands("consent") && settings.value !== null && settings.value.camera !== "no consent" && (
        <button type="button" class="small" onClick={() => void withdraw()}>
          {t("privacy.withdraw")}
        </button>
      )}
      {info.value !== null && (
        <p class="quiet" lang="en">
          {info.value.notice}
        </p>
      )}
    </section>
  );
}

function History() {
  const show = async () => {
    const said = await ask("history", {});
    if (said !== undefined) entries.value = said.entries;
  };
  return (
    <section class="panel">
      <h2>{t("history.title")}</h2>
      {entries.value === null ? (
        <button type="button" onClick={() => void show()}>
          {t("history.show")}
        </button>
      ) : (
        <ul class="history">
          {entries.value.length === 0 && <li class="quiet">{t("history.none")}</li>}
          {entries.value.map((entry) => (
            <li key={`${entry.film}${entry.kind}${entry.at}`}>
              <span>
                {entry.title} <span class="quiet">({entry.year})</span>
              </span>
              <span class="quiet">
                {t(`kind.${entry.kind}`)}
                {entry.rating !== null && ` ${t("film.stars", { count: entry.rating })}`} · {when(new Date(entry.at), now.value)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Data() {
  const [sure, setSure] = useState(false);
  const profile = settings.value?.profile ?? "household";
  const download = async () => {
    const all = await ask("profile", { action: "export", name: profile });
    if (all === undefined) return;
    const file = new Blob([JSON.stringify(all.data ?? all, null, 2)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `emoflix-${profile}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const erase = async () => {
    setSure(false);
    if ((await ask("profile", { action: "erase", name: profile })) === undefined) return;
    entries.value = null;
    say(t("data.erased"));
  };
  return (
    <section class="panel">
      <h2>{t("data.title")}</h2>
      <p class="quiet">{t("data.body")}</p>
      <div class="actions">
        <button type="button" onClick={() => void download()}>
          <Icon name="download" />
          {t("data.export")}
        </button>
        <button type="button" class="danger" onClick={() => setSure(true)}>
          <Icon name="erase" />
          {t("data.erase")}
        </button>
      </div>
      {sure && (
        <Sheet title={t("data.erase")} onClose={() => setSure(false)}>
          <p>{t("data.erase.sure", { name: settings.value?.profile ?? t("who.household") })}</p>
          <div class="actions">
            <button type="button" onClick={() => setSure(false)}>
              {t("cancel")}
            </button>
            <button type="button" class="danger" onClick={() => void erase()}>
              {t("data.erase")}
            </button>
          </div>
        </Sheet>
      )}
    </section>
  );
}

function PageLanguage() {
  return (
    <section class="panel">
      <label class="stacked">
        {t("page.language")}
        <select value={language.value} onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}

function About() {
  if (info.value === null) return null;
  return (
    <section class="panel">
      <h2>{t("about.title")}</h2>
      <dl>
        {(["program", "model", "catalogue"] as const).map((part) => (
          <div key={part}>
            <dt>{t(`about.${part}`)}</dt>
            <dd>{info.value?.[part]}</dd>
          </div>
        ))}
      </dl>
      <a href="/licences.txt">{t("about.licences")}</a>
    </section>
  );
}
