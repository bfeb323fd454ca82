/** A presenter's clicker, and the same keys on the stage's computer, act as its coach does. */

import { texts } from "./texts.js";

const REPLY = 8000; // ms until a line that gives none is taken to be dead
const TOLD = 6000; // ms that a problem is told

const KEYS = {
  PageDown: () => ["light", { go: "next" }],
  PageUp: () => ["light", { go: "previous" }],
  Escape: ({ lit, lit_table }) => (lit || lit_table) && ["light", {}],
  F5: ({ view }) => ["view", { view: view === "cloud" ? "lobby" : "cloud" }],
  // Says which it is to be, so that a second press on a slow line does not undo the first.
  ".": ({ calm }) => ["calm", { on: calm ? "" : "on" }],
  n: ({ step }) => ["step", { go: "next", step }],
  r: ({ concealed }) => [concealed ? "reveal" : "conceal", {}],
  k: ({ clock }) => clock && ["clock", { do: clock.since === null ? "start" : "pause" }],
  p: ({ step }) => ["step", { go: "previous", step }],
};

/**
 * @param {string} code
 * @param {HTMLElement} problem where it is told, quietly, that an act was not done
 */
export function createClicker(code, problem) {
  let hiding = 0;

  async function act(name, fields) {
    const response = await fetch(`/${code}/coach/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(fields),
      signal: AbortSignal.timeout(REPLY),
    }).catch(() => null);
    const reply = response?.ok ? null : await response?.json().catch(() => null);
    problem.textContent = response?.ok ? "" : (reply?.message ?? texts.no_contact);
    problem.hidden = Boolean(response?.ok);
    clearTimeout(hiding);
    hiding = setTimeout(() => (problem.hidden = true), TOLD);
  }

  /** @returns whether the key was one of the clicker's */
  return (/** @type {KeyboardEvent} */ event, /** @type {any} */ shown) => {
    const found = KEYS[event.key]?.(shown);
    if (!found) return false;
    event.preventDefault();
    if (!event.repeat) act(found[0], found[1]);
    return true;
  };
}
