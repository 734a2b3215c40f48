// Search as one types: a text field with a list of suggestions (WAI-ARIA's combobox).

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../text";
import { Icon } from "./Icon";

const PAUSE_MS = 180;

interface Props {
  /** For a screen reader; what is shown in the empty field is `placeholder`. */
  label: string;
  placeholder: string;
  /** What to offer for what was typed. */
  find: (typed: string) => Promise<string[]> | string[];
  onPick: (picked: string) => void;
  /** Whether what was typed may be taken as it is. */
  free?: boolean;
}

export function Finder({ label, placeholder, find, onPick, free = false }: Props) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<string[]>([]);
  const [active, setActive] = useState(-1);
  const newest = useRef(0);

  useEffect(() => {
    const asked = ++newest.current;
    if (typed.trim() === "") {
      setFound([]);
      return;
    }
    const timer = setTimeout(async () => {
      const offered = (await find(typed.trim())).slice(0, 8);
      if (asked !== newest.current) return; // an older question that was answered late
      setFound(offered);
      setActive(-1);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const pick = (picked: string | undefined) => {
    if (picked === undefined || picked === "") return;
    onPick(picked);
    setTyped("");
  };
  const chosen = found[active];
  const keys: Record<string, () => void> = {
    ArrowDown: () => setActive(Math.min(active + 1, found.length - 1)),
    ArrowUp: () => setActive(Math.max(active - 1, -1)),
    Enter: () => pick(chosen ?? (free ? typed.trim() : found[0])),
    Escape: () => setTyped(""),
  };
  return (
    <div class="finder">
      <div class="finder-line">
        <input
          type="text"
          role="combobox"
          aria-label={label}
          aria-autocomplete="list"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          {...(chosen === undefined ? {} : { "aria-activedescendant": `${id}-${active}` })}
          autocomplete="off"
          maxLength={100}
          placeholder={placeholder}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            const act = keys[event.key];
            if (act === undefined || (event.key === "Escape" && typed === "")) return;
            event.preventDefault();
            act();
          }}
        />
        {free && typed.trim() !== "" && (
          <button type="button" class="small" onClick={() => pick(typed.trim())}>
            {t("taste.add")}
          </button>
        )}
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={t("list.results")} hidden={found.length === 0}>
        {found.map((name, index) => (
          <li
            key={name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => pick(name)}
          >
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What has been picked, each to be taken away again. */
export function Picked({ names, onRemove }: { names: { id: string; name: string }[]; onRemove: (id: string) => void }) {
  if (names.length === 0) return null;
  return (
    <ul class="chips">
      {names.map(({ id, name }) => (
        <li key={id}>
          <button type="button" class="chip on" aria-label={t("taste.remove", { name })} onClick={() => onRemove(id)}>
            {name}
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
