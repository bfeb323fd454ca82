/** The coach's page: acts without loading the page, and shows the room as it is. */

import { createAgenda, progress } from "./lib/agenda.js";
import { bind, createRows } from "./lib/bind.js";
import { createClock } from "./lib/clock.js";
import { sendActs } from "./lib/forms.js";
import { pressByKey } from "./lib/keys.js";
import { watchRoom } from "./lib/socket.js";
import { createTables, tablesTogether } from "./lib/tables.js";
import { fill, texts } from "./lib/texts.js";
import { createWordList, wordsTogether } from "./lib/wordlist.js";

const SPOKEN = 100; // ms, so that a screen reader sees what is empty before it is written again
const WIDE = "(min-width: 60rem)"; // as in coach.css

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const code = String(document.body.dataset.code);
const language = document.documentElement.lang;
const showWords = createWordList(code);
const showSteps = createAgenda($("step-list"), $("step-row"), (step, after) => post("move", { step, after }));
const showTables = createTables({
  sent: createRows($("table-list"), $("table-row"), "table"),
  named: createRows($("named-list"), $("named-row"), "table", 0),
});
const showBursts = createRows($("burst-list"), $("burst-row"), "subject");
const showPairs = createRows($("suggestion-list"), $("suggestion-row"), "pair");
const showListed = createRows($("listed-list"), $("listed-row"), "word");
const clock = createClock(showClock);
const post = sendActs(show, tell, texts.no_contact);

/** @type {any} */
let shown = { seq: 0 };

function show(status) {
  if (status.seq < shown.seq) return;
  if (status.language !== language) {
    location.reload();
    return;
  }
  shown = status;
  bind(document, { ...status, ...together(status) });
  Object.assign(document.body.dataset, { next: status.next, kind: status.kind });
  clock.set(status);
  showUndo(status);
  showSteps(status);
  showTables(status);
  showBursts(status.bursts.map((burst) => ({ ...burst, text: fill(texts.bursts[burst.kind], burst) })));
  showPairs(status.suggestions.map(suggestion));
  showListed(status.held_list.map((word) => ({ word })));
  showWords(status);
}

const together = (status) => ({
  ...progress(status),
  ...tablesTogether(status),
  ...wordsTogether(status),
  any_note: status.note !== "",
  any_clock: status.clock !== null,
  clock_goes: Boolean(status.clock?.since),
  any_suggestions: status.suggestions.length > 0,
  any_bursts: status.bursts.length > 0,
});

const suggestion = (pair) => ({
  ...pair,
  pair: `${pair.word}+${pair.into}`,
  text: fill(texts.suggestions[pair.reason], {
    word: pair.label,
    other: pair.into_label,
  }),
});

function showClock(text, state) {
  $("time").querySelector(".clock").textContent = text;
  $("time").querySelector(".clock-note").textContent = texts[state] ?? "";
}

function showUndo({ undo, undone }) {
  const button = /** @type {HTMLButtonElement} */ ($("undo").querySelector("button"));
  button.disabled = !undo;
  $("undo").querySelector("span").textContent = undo ? told(texts.undo, undo) : texts.nothing_to_undo;
  const sentence = undone ? told(texts.undone, undone) : "";
  if ($("undone").textContent !== sentence) $("undone").textContent = sentence;
}

const told = (sentences, act) => fill(sentences[act.act], act);

let spoken = 0;
function tell(problem) {
  clearTimeout(spoken);
  $("problem").textContent = problem;
  $("done").textContent = ""; // or a second act in a row would be told by no change
  if (!problem) spoken = setTimeout(() => ($("done").textContent = texts.done), SPOKEN);
}

/** In the suggestions one key is enough: + takes the one in focus, or the first, - dismisses it. */
$("suggestions").addEventListener("keydown", (event) => {
  const act = { "+": "merge", "-": "dismiss" }[event.key];
  if (!act) return;
  const item = event.target.closest("li") ?? $("suggestion-list").firstElementChild;
  const next = item?.nextElementSibling ?? item?.previousElementSibling;
  item?.querySelector(`[data-act=${act}]`)?.requestSubmit();
  next?.querySelector("button")?.focus();
});

for (const link of $("next").querySelectorAll("a")) {
  link.addEventListener("click", () => {
    /** @type {HTMLDetailsElement} */ ($("ask-now")).open = true; // not every browser does so by itself
    $("new-question").focus();
  });
}
pressByKey(() => /** @type {HTMLInputElement} */ ($("keys")).checked);

watchRoom(code, "coach", {
  messages: { status: show, erased: () => location.reload(), refused: () => location.reload() },
  connected: (is) => {
    $("line").hidden = is;
    if (is) shown.seq = 0; // what comes first counts, though a backup in the log's place may be older
  },
});
show(JSON.parse($("first-status").textContent ?? ""));
if (matchMedia(WIDE).matches && shown.steps.length > 1) {
  /** @type {HTMLDetailsElement} */ ($("agenda")).open = true;
}
