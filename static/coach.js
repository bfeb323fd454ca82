/** The coach's page: acts without loading the page, and shows the room as it is. */

import { bind, createRows } from "./lib/bind.js";
import { watchRoom } from "./lib/socket.js";
import { fill, texts } from "./lib/texts.js";

const SEARCH_AFTER = 300; // ms without a keystroke

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const code = String(document.body.dataset.code);
const language = document.documentElement.lang;
const showWords = createRows($("word-list"), "word");
const showHeld = createRows($("held-list"), "word");
const showSteps = createRows($("step-list"), "step");
const showBursts = createRows($("burst-list"), "subject");
const showPairs = createRows($("suggestion-list"), "pair");
const showListed = createRows($("listed-list"), "word");
const search = /** @type {HTMLInputElement} */ ($("search"));

let shown = { seq: 0, words: [] };

function show(status) {
  if (status.seq < shown.seq) return;
  if (status.language !== language) {
    location.reload();
    return;
  }
  shown = status;
  bind(document, { ...status, ...summary(status) });
  document.body.dataset.next = status.next;
  showUndo(status);
  showSteps(status.steps.map((step) => ({ ...step, now: step.step === status.step })));
  showBursts(status.bursts.map((burst) => ({ ...burst, text: fill(texts.bursts[burst.kind], burst) })));
  showPairs(status.suggestions.map(suggestion));
  showListed(status.held_list.map((word) => ({ word })));
  showWordLists();
}

const summary = ({ words, suggestions, bursts, undo, lit, more_words }) => ({
  any_words: words.some(({ standing }) => !isHeld(standing)),
  any_held: words.some(({ standing }) => isHeld(standing)),
  any_waiting: words.some(({ standing }) => standing === "waiting"),
  any_suggestions: suggestions.length > 0,
  any_bursts: bursts.length > 0,
  any_undo: Boolean(undo),
  any_lit: Boolean(lit),
  any_more: more_words > 0,
  lit_label: lit ? lit.label : "",
});

const isHeld = (standing) => standing === "held" || standing === "waiting";

const suggestion = (pair) => ({
  ...pair,
  pair: `${pair.word}+${pair.into}`,
  text: fill(texts.suggestions[pair.reason], {
    word: pair.label,
    other: pair.into_label,
  }),
});

function showUndo({ undo, undone }) {
  const button = /** @type {HTMLButtonElement} */ ($("undo").querySelector("button"));
  button.disabled = !undo;
  $("undo").querySelector("span").textContent = undo ? told(texts.undo, undo) : texts.nothing_to_undo;
  const sentence = undone ? told(texts.undone, undone) : "";
  if ($("undone").textContent !== sentence) $("undone").textContent = sentence;
}

const told = (sentences, act) => fill(sentences[act.act], act);

/** @param {any[]} words */
function showWordLists(words = shown.words) {
  const sought = search.value.trim().toLocaleLowerCase(language);
  const found = words.filter(({ label, members }) =>
    [label, ...members.map((member) => member.label)].some((text) =>
      text.toLocaleLowerCase(language).includes(sought),
    ),
  );
  const lit = shown.lit?.word;
  const row = (word) => ({
    ...word,
    step: shown.step,
    lit: word.word === lit,
    several: word.members.length > 1,
  });
  showWords(found.filter(({ standing }) => !isHeld(standing)).map(row));
  showHeld(words.filter(({ standing }) => isHeld(standing)).map(row));
  for (const item of $("word-list").children) showMembers(item, words);
  for (const item of document.querySelectorAll("#word-list > li")) {
    item.classList.toggle("hidden-word", !item.querySelector("[data-when='standing=hidden']").hidden);
  }
  showChosen();
}

function showMembers(item, words) {
  const word = words.find(({ word }) => word === item.dataset.word);
  const list = item.querySelector(".members");
  const rows = list.rows ?? (list.rows = createRows(list, "member"));
  rows(
    (word?.members ?? []).map((member) => ({
      ...member,
      member: member.word,
      step: shown.step,
      own: member.word === word.word,
    })),
  );
}

/** With hundreds of words more than the page was sent, the server knows them. */
let waiting = 0;
search.addEventListener("input", () => {
  showWordLists();
  clearTimeout(waiting);
  if (!shown.more_words || !search.value.trim()) return;
  waiting = setTimeout(async () => {
    const url = `/${code}/coach/words.json?${new URLSearchParams({ search: search.value })}`;
    const response = await fetch(url).catch(() => null);
    if (response?.ok) showWordLists((await response.json()).words);
  }, SEARCH_AFTER);
});

/** Two chosen words can be merged; the commoner gives the place, and either gives the name. */
function showChosen() {
  const chosen = [...document.querySelectorAll("[name=word][type=checkbox]:checked")];
  const labels = chosen.map((box) => box.closest("li").querySelector("[data-text=label]").textContent);
  $("merge").hidden = chosen.length === 0;
  $("merge-do").disabled = chosen.length !== 2;
  $("merge-names").textContent = labels.join(" + ");
  $("merge-labels").replaceChildren(
    ...labels.map((label) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "quiet", textContent: label, dir: "auto" });
      button.addEventListener("click", () => ($("merge-label").value = label));
      return button;
    }),
  );
}
document.addEventListener("change", ({ target }) => {
  if (target.matches("[name=word][type=checkbox]")) showChosen();
  if (target.closest("[data-at-once]")) target.form.requestSubmit();
});
document.addEventListener("reset", () => setTimeout(showChosen));

$("word-list").addEventListener("dragstart", (event) => {
  const item = event.target.closest("#word-list > li");
  if (item) event.dataTransfer.setData("text/plain", item.dataset.word);
});
$("word-list").addEventListener("dragover", (event) => event.preventDefault());
$("word-list").addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer.getData("text/plain");
  const onto = event.target.closest("#word-list > li")?.dataset.word;
  const words = new Set(shown.words.map(({ word }) => word));
  if (!words.has(dropped) || !onto || dropped === onto) return;
  for (const item of $("word-list").children) {
    item.querySelector("[type=checkbox]").checked = [dropped, onto].includes(item.dataset.word);
  }
  showChosen();
  $("merge-do").focus();
});

/** In the suggestions one key is enough: + takes the one in focus, or the first, - dismisses it. */
$("suggestions").addEventListener("keydown", (event) => {
  const act = { "+": "merge", "-": "dismiss" }[event.key];
  if (!act) return;
  const item = event.target.closest("li") ?? $("suggestion-list").firstElementChild;
  const next = item?.nextElementSibling ?? item?.previousElementSibling;
  item?.querySelector(`[data-act=${act}]`)?.requestSubmit();
  next?.querySelector("button")?.focus();
});

/** @type {Set<HTMLFormElement>} */
const underWay = new Set();

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.dataset.act) return;
  event.preventDefault();
  if (underWay.has(form)) return;
  underWay.add(form);
  const sent = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const { submitter } = event;
  if (submitter?.name) sent.append(submitter.name, submitter.value);
  const response = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: sent,
  }).catch(() => null);
  const reply = await response?.json().catch(() => null);
  underWay.delete(form);
  $("problem").textContent = response?.ok ? "" : (reply?.message ?? texts.no_contact);
  $("done").textContent = response?.ok ? texts.done : "";
  if (!response?.ok) return;
  if (form.dataset.clear !== undefined) form.reset();
  show(reply);
});

watchRoom(code, "coach", {
  messages: { status: show, erased: () => location.reload(), refused: () => location.reload() },
  connected: (is) => ($("line").hidden = is),
});
show(JSON.parse($("first-status").textContent ?? ""));
