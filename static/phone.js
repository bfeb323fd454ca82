/** The phone: sends answers without loading the page, and follows what the room does. */

import { createOutbox, makeKey } from "./lib/outbox.js";

/**
 * @typedef {{key: string, label: string, step: number, pending?: boolean}} Sent
 */

const DOUBLE_TAP = 1000; // ms within which a second tap is no second answer
const NEWS_RETRY = 4000; // ms
const MOST_SENT = 100; // answers in a list: a page that is loaded has no more either
const SPREAD = 2000; // ms over which a hall asks for what is new, so as not to come all at once

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const texts = JSON.parse($("texts").textContent ?? "{}");
const { code, line } = document.body.dataset;
const form = /** @type {HTMLFormElement} */ ($("answer"));
const field = /** @type {HTMLInputElement} */ ($("field"));
const send = /** @type {HTMLButtonElement} */ ($("send"));
const seat = /** @type {HTMLDetailsElement} */ ($("seat").querySelector("details"));

const fill = (text, answer) => text.replace(/\{\w+\}/g, () => answer);
const token = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("participant"))?.value;
const fields = token ? { participant: token } : {};

let room = JSON.parse(document.body.dataset.status ?? "{}");
let table = tableOf(document); // where this phone sits; null: at none
let tableName = nameOf(table); // null too while the table is no more
let own = readSent(document, "own"); // what this phone has sent, to every step it was at
let together = readSent(document, "together"); // what its table has sent
let isTold = false; // by the line, what the table has sent to this step
const known = new Set(room.sent_to); // steps to which `own` has everything
let newest = room.step; // of those that this page was at
let changes = 0; // of what was sent, by this page
let recalls = 0;

/** @type {Sent | null} */
let editing = null;
/** @type {string[]} */
const drafts = []; // what was written, and waits until the field is free
let sentAt = -Infinity;
let refusal = "";
let showWhere = (/** @type {any} */ _status) => {};
let watchAnew = () => {};

const outbox = createOutbox(`/${code}`, fields, { settled, waiting });

/** @returns {number | null} */
function tableOf(/** @type {Document} */ page) {
  return Number(page.body.dataset.table) || null;
}

function nameOf(/** @type {number | null} */ number) {
  return document.querySelector(`#table option[value="${number}"]`)?.textContent ?? null;
}

/** @returns {Sent[]} */
function readSent(/** @type {Document} */ page, /** @type {string} */ id) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll(`#${id} li`))].map((row) => ({
    key: row.dataset.key ?? "",
    label: row.querySelector(".label")?.textContent ?? "",
    step: Number(row.dataset.step),
  }));
}

function say(id, text, isWaiting = false) {
  $("problem").textContent = id === "problem" ? text : "";
  $("receipt").textContent = id === "receipt" ? text : "";
  $("receipt").classList.toggle("waiting", isWaiting);
}

/** What is read aloud when it changes is not to be written again unchanged. */
function write(/** @type {string} */ id, /** @type {string} */ text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

const isAtTable = () => room.kind === "tables" && tableName !== null;

function settled(answer, reply) {
  if (reply.body?.status === "accepted") {
    changes += 1;
    const sent = { key: answer.key, label: reply.body.label, step: answer.step };
    if (!answer.table) own = withSent(own, sent, answer.replaces);
    else if (answer.step === room.step && answer.table === table) {
      together = withSent(together, sent, answer.replaces);
    }
    say("receipt", fill(texts.thanks, reply.body.label));
    // It was written at another table, and took the seat there again.
    if (answer.table && table && answer.table !== table) sit(table);
  } else if (reply.body?.status === "withdrawn") {
    say("receipt", "");
  } else {
    refusal = reply.body?.error;
    takeBackIntoField(answer, reply);
    say("problem", reply.body?.message ?? String(reply.status));
    if (reply.status === 422 || reply.status === 409) field.focus();
  }
  show();
}

/** Back into the field, unless the next word is being written there already. */
function takeBackIntoField(answer, reply) {
  if (field.value) {
    drafts.push(answer.answer);
    return;
  }
  field.value = answer.answer;
  editing = answer.step === room.step ? (reply.body?.instead ?? null) : null;
}

function withSent(list, sent, replaces) {
  const others = list.filter(({ key }) => key !== sent.key);
  const place = others.findIndex(({ key }) => key === replaces);
  others.splice(place < 0 ? others.length : place, place < 0 ? 0 : 1, sent);
  return others;
}

function waiting(answer) {
  say("receipt", fill(texts.waiting, answer.answer), true);
}

/** Those that are sent, each in its place, with those that are on their way. */
function withPending(sent, isMine) {
  return outbox.answers
    .filter((answer) => answer.step === room.step && isMine(answer))
    .filter(({ key }) => !sent.some((other) => other.key === key))
    .reduce((list, { key, answer, step, replaces }) => {
      return withSent(list, { key, label: answer, step, pending: true }, replaces);
    }, sent);
}

/** Show what may be done now: write, wait, or look at the stage. */
function show() {
  const atTable = isAtTable();
  const mine = withPending(
    own.filter(({ step }) => room.sent_to.includes(step)),
    (answer) => !answer.table,
  );
  const ours = withPending(together, (answer) => answer.table === table && table !== null);
  const count = (atTable ? ours : mine).length;
  const left = room.answers_each === null ? null : Math.max(0, room.answers_each - count);
  const isSummary = room.kind === "summary";
  const asked = room.open && !room.waits;
  const maySend = asked && (left !== 0 || editing !== null);

  // Never from under the thumb of somebody who writes.
  form.hidden = isSummary || !(maySend || field.value.trim());
  send.disabled = !maySend;
  send.textContent = editing ? texts.save : texts.send;
  $("cancel").hidden = !editing;
  $("prompt").textContent = prompt(atTable);
  $("task").textContent = task(atTable);
  $("task").hidden = !$("task").textContent;
  $("left").hidden = !asked || !left || room.answers_each === 1;
  $("left").textContent = texts.left.replace("{n}", String(left));
  $("spent").hidden = !asked || left !== 0 || editing !== null || outbox.answers.length > 0;
  write("spent", texts.spent[room.kind] ?? "");
  $("closed").hidden = room.open || isSummary || room.waits;
  write("closed", texts.closed[room.kind] ?? "");
  showSent("own", mine, room.open && !atTable, !isSummary);
  showSent("together", tableName !== null && (atTable || isSummary) ? ours : [], room.open, room.open);
  showSeat();
}

function prompt(atTable) {
  if (editing) return fill(texts.editing, editing.label);
  return texts[(atTable ? "table_" : "") + (room.phrase ? "phrase" : "word")];
}

/** What to do now, and who sees it. */
function task(atTable) {
  if (room.waits) return texts.task.waits;
  if (room.kind === "summary") return room.concealed ? texts.task.soon : texts.task.summary;
  if (!room.open) return "";
  const choosing = room.kind === "tables" && room.tables > 0;
  const what = texts.task[atTable ? "table" : choosing ? "choose" : room.kind];
  const unseen = atTable ? texts.unseen_table : texts.unseen;
  return `${what} ${room.concealed ? unseen : ""}`.trim();
}

/** Rows stay the same elements, so that the focus stays where it is. */
function showSent(id, sent, mayChange, mayTakeBack) {
  const list = /** @type {HTMLElement} */ ($(id).querySelector("ul"));
  const template = /** @type {HTMLTemplateElement} */ ($("sent-answer"));
  const rows = new Map(
    /** @type {HTMLElement[]} */ ([...list.children]).map((row) => [row.dataset.key, row]),
  );
  sent.slice(-MOST_SENT).forEach(({ key, label, step, pending = false }, place) => {
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const row = rows.get(key) ?? /** @type {HTMLElement} */ (copy.querySelector("li"));
    rows.delete(key);
    Object.assign(row.dataset, { key, step });
    row.classList.toggle("pending", pending);
    /** @type {HTMLElement} */ (row.querySelector(".label")).textContent = label;
    const [change, takeBack] = /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("a, form"));
    change.hidden = pending || !mayChange;
    change.setAttribute("aria-label", fill(texts.editing, label));
    takeBack.hidden = pending || !mayTakeBack;
    takeBack.querySelector("button")?.setAttribute("aria-label", fill(texts.take_back, label));
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  for (const row of rows.values()) row.remove();
  /** @type {HTMLElement} */ ($(id).querySelector(".latest")).hidden = sent.length < MOST_SENT;
  $(id).hidden = sent.length === 0;
}

function showSeat() {
  $("seat").hidden = room.tables === 0;
  $("leader").hidden = tableName === null;
  const summary = /** @type {HTMLElement} */ (seat.querySelector("summary"));
  summary.textContent = tableName === null ? texts.choose_table : fill(texts.your_table, tableName);
  $("together-title").textContent = fill(texts.table_sent, tableName ?? "");
}

function follow(status) {
  const isOther = status.step !== room.step;
  room = status;
  showWhere(status);
  const question = status.waits ? texts.waits : status.question;
  $("question").lang = status.waits ? document.documentElement.lang : status.language;
  write("question", question);
  document.title = `${question} – Ordmoln`;
  if (isOther) startStep();
  // Advice on how to write the word is of no use where none can be sent.
  if (!status.open && refusal !== "closed") $("problem").textContent = "";
  show();
  if (isStale()) setTimeout(recall, SPREAD * Math.random());
}

function startStep() {
  together = [];
  isTold = false;
  editing = null;
  say("problem", field.value.trim() && room.kind !== "summary" ? texts.kept : "");
  // What was sent to a step that the room was at before, the server remembers.
  if (room.step > newest) known.add((newest = room.step));
  if (isForgetful()) recall();
  seat.open = room.kind === "tables" && tableName === null;
}

const isForgetful = () => room.sent_to.some((step) => !known.has(step));

/** What the table has sent; without a name it is no more. */
function followTable({ table: number, name, step, answers }) {
  if (number !== table || step !== room.step) return;
  if (name === null && tableName !== null) {
    say("problem", fill(texts.table_gone, tableName));
    seat.open = true;
  } else if (name !== null && tableName === null) {
    say("problem", "");
    seat.open = false;
  }
  tableName = name;
  together = answers;
  isTold = true;
  show();
}

/** Take over where this participant sits, and what was sent, from the page as it would be now. */
async function recall() {
  const turn = ++recalls;
  const before = changes;
  const page = await pageNow();
  if (turn !== recalls) return; // the page that was asked for last knows most
  if (changes !== before) recall();
  else if (page && Number(page.body.dataset.step) === room.step) takeOver(page);
  else if (isForgetful()) setTimeout(recall, NEWS_RETRY * (0.5 + Math.random()));
}

/** @returns {Promise<Document | null>} */
async function pageNow() {
  try {
    const response = await fetch(`/${code}?${new URLSearchParams(fields)}`);
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}

function takeOver(/** @type {Document} */ page) {
  takeOverTables(page.querySelector("#table"));
  moveTo(tableOf(page));
  if (!isTold) {
    tableName = nameOf(table);
    together = readSent(page, "together");
  }
  own = [...own.filter(({ step }) => !room.sent_to.includes(step)), ...readSent(page, "own")];
  for (const step of room.sent_to) known.add(step);
  show();
}

/** Offer the tables that there are now; one that is picked but not yet chosen stays picked. */
function takeOverTables(/** @type {HTMLSelectElement | null} */ offered) {
  const shown = /** @type {HTMLSelectElement} */ ($("table"));
  if (!offered || document.activeElement === shown) return;
  const picked = [...offered.options].find(({ value }) => value === shown.value);
  const isUndecided = seat.open && shown.value !== String(table ?? "");
  shown.replaceWith(document.adoptNode(offered));
  if (isUndecided && picked) picked.selected = true;
}

/** @param {number | null} chosen */
async function sit(chosen) {
  const response = await post(`/${code}/table`, "POST", { table: chosen ?? "" });
  const reply = await response?.json().catch(() => null);
  if (!response?.ok || !reply) {
    say("problem", reply?.message ?? texts.not_seated);
    return false;
  }
  moveTo(reply.table);
  recall();
  return true;
}

/** Answer from now on for the table where the server has this participant, and hear of it. */
function moveTo(/** @type {number | null} */ number) {
  if (number === table) return;
  table = number;
  tableName = nameOf(table);
  together = [];
  isTold = false;
  watchAnew();
  show();
}

function post(url, method, body) {
  return fetch(url, {
    method,
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ ...fields, ...body }),
  }).catch(() => null);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const answer = { key: makeKey(), answer: field.value, step: room.step };
  if (!answer.answer.trim()) {
    if (event.timeStamp - sentAt < DOUBLE_TAP) return;
    say("problem", texts.empty);
    field.focus();
    return;
  }
  sentAt = event.timeStamp;
  if (isAtTable()) Object.assign(answer, { table });
  if (editing) Object.assign(answer, { replaces: editing.key });
  freeField();
  say("receipt", fill(texts.sending, answer.answer), true);
  refusal = "";
  outbox.send(answer);
  show();
});

function freeField() {
  editing = null;
  field.value = drafts.shift() ?? "";
}

function edit(/** @type {Sent} */ answer) {
  if (field.value.trim() && field.value !== editing?.label) drafts.unshift(field.value);
  editing = answer;
  field.value = answer.label;
  say("problem", "");
  show();
  field.focus();
}

$("cancel").addEventListener("click", (event) => {
  event.preventDefault();
  freeField();
  say("problem", "");
  show();
});

for (const id of ["own", "together"]) {
  $(id).addEventListener("click", (event) => {
    const change = /** @type {HTMLElement} */ (event.target).closest("a");
    const key = change?.closest("li")?.dataset.key;
    const answer = [...own, ...together].find((sent) => sent.key === key);
    if (!answer) return;
    event.preventDefault();
    edit(answer);
  });
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    const row = /** @type {HTMLElement} */ (event.target).closest("li");
    const answer = [...own, ...together].find((sent) => sent.key === row?.dataset.key);
    if (answer) takeBack(answer);
  });
}

async function takeBack(/** @type {Sent} */ { key, label }) {
  const response = await post(`/${code}/answers/${key}`, "DELETE", {});
  if (!response?.ok) {
    const isFinal = response?.status === 409;
    say("problem", isFinal ? (await response.json()).message : texts.not_taken_back);
    return;
  }
  changes += 1;
  own = own.filter((sent) => sent.key !== key);
  together = together.filter((sent) => sent.key !== key);
  if (editing?.key === key) freeField();
  say("receipt", fill(texts.taken_back, label));
  show();
  if (!form.hidden) field.focus();
}

/** Tables may have been added or removed since the page was loaded. */
const isStale = () => seat.open && seat.querySelectorAll("option").length - 1 !== room.tables;

seat.addEventListener("toggle", () => {
  if (isStale()) recall();
});

seat.addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = Number(/** @type {HTMLSelectElement} */ ($("table")).value) || null;
  if (!(await sit(chosen))) return;
  seat.open = false;
  seat.querySelector("summary")?.focus();
  say("receipt", tableName === null ? texts.unseated : fill(texts.seated, tableName));
});

// Loaded again from its card, a phone would be back at that table, whatever was chosen since; and
// people pass addresses on, in which the query may tell who they are.
if (location.pathname + location.search !== `/${code}`) history.replaceState(null, "", `/${code}`);
show();

/** The room is no more, or the server is another that has none of this code: the page says which. */
const reload = () => location.reload();

// News can wait until the page is usable: what they need is larger than the page itself.
async function listen(failed = 0) {
  try {
    const from = String(line).replace("/lib/", failed ? `.${failed}/lib/` : "/lib/");
    const [{ watchRoom }, { createWhere }] = await Promise.all([
      import(from),
      import(from.replace("line.js", "where.js")),
    ]);
    showWhere = createWhere($("where"));
    showWhere(room);
    watchAnew = watchRoom(String(code), "phone", {
      table: () => table,
      participant: token,
      messages: { status: follow, table: followTable, erased: reload, refused: reload },
    });
  } catch {
    // Many a browser asks no more for what it once failed to import: it must be of another version.
    setTimeout(listen, NEWS_RETRY * (0.5 + Math.random()), failed + 1);
  }
}
addEventListener("load", () => listen());
