// Who is watching: the household, or one of its profiles.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { ask, fetchPreferences } from "../actions";
import { Icon } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { settings, understands } from "../state";
import { t } from "../text";

/** The profile that stands for all of them together. */
const HOUSEHOLD = "household";
const open = signal(false);
const profiles = signal<string[]>([]);

export function WhoIsWatching() {
  if (!understands("profile")) return null;
  const show = async () => {
    const known = await ask("profile", { action: "list" });
    if (known === undefined) return;
    profiles.value = known.profiles ?? [];
    open.value = true;
  };
  return (
    <>
      <button type="button" class="who" onClick={() => void show()}>
        <span class="quiet">{t("who.title")}</span>
        <strong>{settings.value?.profile ?? t("who.household")}</strong>
      </button>
      {open.value && <Choice />}
    </>
  );
}

function Choice() {
  const [name, setName] = useState("");
  const selected = settings.value?.profile ?? null;
  const act = async (action: "select" | "create", chosen: string) => {
    const done = await ask("profile", { action, name: chosen });
    if (done === undefined) return;
    if (action === "create" && (await ask("profile", { action: "select", name: chosen })) === undefined) return;
    open.value = false;
    await fetchPreferences();
  };
  const rename = async () => {
    if (selected === null || name.trim() === "") return;
    if ((await ask("profile", { action: "rename", name: selected, new_name: name.trim() })) !== undefined) open.value = false;
  };
  return (
    <Sheet title={t("who.title")} onClose={() => (open.value = false)}>
      <ul class="choices">
        {profiles.value.map((profile) => (
          <li key={profile}>
            <button
              type="button"
              class="wide"
              aria-pressed={profile === (selected ?? HOUSEHOLD)}
              onClick={() => void act("select", profile)}
            >
              {profile === HOUSEHOLD ? t("who.household") : profile}
              {profile === (selected ?? HOUSEHOLD) && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
      <label class="stacked">
        {t("who.new")}
        <input type="text" maxLength={40} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <p class="quiet">{t("who.hint")}</p>
      <div class="actions">
        <button type="button" disabled={name.trim() === ""} onClick={() => void act("create", name.trim())}>
          {t("taste.add")}
        </button>
        {selected !== null && (
          <button type="button" disabled={name.trim() === ""} onClick={() => void rename()}>
            {t("who.rename")}
          </button>
        )}
      </div>
    </Sheet>
  );
}
