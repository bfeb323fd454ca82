/** The coach's page: acts without loading the page, and shows the room as it is. */

import { watchRoom } from "./lib/socket.js";
import { fill, texts } from "./lib/texts.js";

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const code = String(document.body.dataset.code);
const language = document.documentElement.lang;

let shown = 0;

function show(status) {
  if (status.seq < shown) return;
  shown = status.seq;
  if (status.language !== language) {
    location.reload();
    return;
  }
  $("question").textContent = status.question;
  for (const name of ["answers", "participants", "connected"]) {
    $(name).textContent = String(status[name]);
  }
  for (const id of ["is-open", "close"]) $(id).hidden = !status.open;
  for (const id of ["is-closed", "open"]) $(id).hidden = status.open;
  for (const id of ["is-revealed", "conceal"]) $(id).hidden = status.concealed;
  for (const id of ["is-concealed", "reveal"]) $(id).hidden = !status.concealed;
  for (const field of document.querySelectorAll("#acts [name=step]")) field.value = status.step;
  for (const field of document.querySelectorAll("[name=decisions]")) field.value = status.decisions;
  showChoice($("aspects"), "aspect", status.aspect);
  showChoice($("halls"), "deep", status.deep ? "on" : "");
  showUndo(status.undo);
  showRows($("word-list"), $("word-row"), status.words, "word", (row, word) => showWord(row, word, status));
  showRows($("step-list"), $("step-row"), status.steps, "step", (row, step) => showStep(row, step, status));
  $("no-words").hidden = status.words.length > 0;
}

function showChoice(choices, field, chosen) {
  for (const form of choices.querySelectorAll("form")) {
    const pressed = form.elements[field].value === chosen;
    form.querySelector("button").setAttribute("aria-pressed", String(pressed));
  }
}

function showUndo(undo) {
  const button = /** @type {HTMLButtonElement} */ ($("undo").querySelector("button"));
  button.disabled = !undo;
  $("undo").querySelector("span").textContent = undo ? fill(texts.undo[undo.act], undo) : texts.nothing_to_undo;
}

/** Bring a list's rows in line with `items`; a row stays the same element, so focus stays in it. */
function showRows(list, template, items, key, showRow) {
  const rows = new Map([...list.children].map((row) => [row.dataset[key], row]));
  items.forEach((item, place) => {
    const name = String(item[key]);
    const row = rows.get(name) ?? template.content.cloneNode(true).querySelector("li");
    rows.delete(name);
    row.dataset[key] = name;
    showRow(row, item);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  for (const row of rows.values()) row.remove();
}

function showWord(row, word, status) {
  const act = word.hidden ? "show" : "hide";
  const form = row.querySelector("form");
  row.classList.toggle("hidden-word", word.hidden);
  row.querySelector(".label").textContent = word.label;
  row.querySelector(".count").textContent = word.count;
  form.action = `/${code}/coach/${act}`;
  form.dataset.act = act;
  form.elements.step.value = status.step;
  form.elements.word.value = word.word;
  const [label, name] = form.querySelector("button").childNodes;
  label.textContent = texts[act];
  name.textContent = ` ${word.label}`;
}

function showStep(row, step, status) {
  const now = step.step === status.step;
  row.querySelector(".label").textContent = step.question;
  row.querySelector(".count").textContent = step.answers;
  row.querySelector("form").elements.step.value = step.step;
  const button = row.querySelector("button");
  button.disabled = now;
  button.textContent = now ? texts.now : texts.again;
}

/** @type {Set<HTMLFormElement>} */
const underWay = new Set();

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.dataset.act) return;
  event.preventDefault();
  if (underWay.has(form)) return;
  underWay.add(form);
  const response = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
  }).catch(() => null);
  const reply = await response?.json().catch(() => null);
  underWay.delete(form);
  $("problem").textContent = response?.ok ? "" : (reply?.message ?? texts.no_contact);
  $("done").textContent = response?.ok ? texts.done : "";
  if (!response?.ok) return;
  show(reply);
  if (form.id === "ask") form.reset();
});

watchRoom(code, "coach", {
  messages: { status: show, erased: () => location.reload(), refused: () => location.reload() },
  connected: (is) => ($("line").hidden = is),
});
