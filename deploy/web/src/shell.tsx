// The phone's face as it is before anything is known, for the page's file: the words and places stand
// there before a script does. What runs here runs when the page is built, and never in a browser.

import { renderToString } from "preact-render-to-string";
import { Phone } from "./phone/Phone";
import { type Key, type Language, speak } from "./text";

/** In a language. Each place's icon bears its name, so that a tap is seen (`:target`) before a script is there. */
export function phoneShell(language: Language, words: Record<Key, string>): string {
  speak(language, words);
  return renderToString(<Phone />).replace(/<a href="#(\w+)"[^>]*><svg/g, '$& id="$1"');
}
