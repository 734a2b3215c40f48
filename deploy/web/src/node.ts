// What mqtt.js takes for granted and a browser has not.

import { Buffer } from "buffer/";

/** As soon as what runs now has run, as in Node; a timer would wait for the page to be drawn. */
function nextTick<Values extends unknown[]>(call: (...values: Values) => void, ...values: Values): void {
  queueMicrotask(() => call(...values));
}

Object.assign(globalThis, { Buffer, process: { nextTick } });
