// A remote control: arrows move one visible focus, Back closes.

const BACK = new Set(["Escape", "Backspace", "GoBack", "BrowserBack"]);
const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Listens until the returned function is called. */
export function listen(onBack: () => void, onAny: () => boolean): () => void {
  const act = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (onAny()) {
      event.preventDefault(); // the key that wakes does nothing else
      return;
    }
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      move(...step);
    } else if (BACK.has(event.key)) {
      event.preventDefault();
      onBack();
    }
  };
  // Something is in focus at all times: a remote has no other way to point.
  const keep = () => setTimeout(() => document.activeElement === document.body && focusFirst(), 0);
  document.addEventListener("keydown", act);
  document.addEventListener("focusout", keep);
  document.addEventListener("pointerdown", keep);
  return () => {
    document.removeEventListener("keydown", act);
    document.removeEventListener("focusout", keep);
    document.removeEventListener("pointerdown", keep);
  };
}

export function focusFirst(): void {
  const all = reachable();
  (all.find((element) => element.dataset.first !== undefined) ?? all[0])?.focus();
}

function reachable(): HTMLElement[] {
  const within = document.querySelector("dialog[open]") ?? document.body;
  return [...within.querySelectorAll<HTMLElement>("button:not(:disabled), a[href]")].filter(
    (element) => element.offsetParent !== null,
  );
}

/** To the nearest in that direction; what lies straight ahead is nearer than what lies aside. */
function move(x: number, y: number): void {
  const from = document.activeElement;
  if (!(from instanceof HTMLElement) || from === document.body) {
    focusFirst();
    return;
  }
  const [fromX, fromY] = centre(from);
  // Beyond its edge, not its middle: that of the larger card in focus lies above its neighbours'.
  const edge = (x !== 0 ? from.offsetWidth : from.offsetHeight) / 2;
  let nearest: HTMLElement | undefined;
  let least = Infinity;
  for (const element of reachable()) {
    const [toX, toY] = centre(element);
    const ahead = (toX - fromX) * x + (toY - fromY) * y;
    const aside = Math.abs((toX - fromX) * y) + Math.abs((toY - fromY) * x);
    // Within 45 degrees sideways; between rows anything ahead will do.
    if (element === from || ahead <= edge || (x !== 0 && aside > ahead)) continue;
    if (ahead + 2 * aside < least) [nearest, least] = [element, ahead + 2 * aside];
  }
  nearest?.focus();
}

function centre(element: HTMLElement): [number, number] {
  const box = element.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}
