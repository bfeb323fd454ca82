/** The phone: sends answers without loading the page, and follows what the room does. */

import { createOutbox, makeKey } from "./lib/outbox.js";

const DOUBLE_TAP = 1000; // ms within which a second tap is no second answer
const NEWS_RETRY = 4000; // ms

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const texts = JSON.parse($("texts").textContent ?? "{}");
const { code, socket } = document.body.dataset;
const form = /** @type {HTMLFormElement} */ ($("answer"));
const field = /** @type {HTMLInputElement} */ ($("field"));
const ownList = /** @type {HTMLUListElement} */ ($("own").querySelector("ul"));

const fill = (text, answer) => text.replace("{answer}", () => answer);
const token = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("participant"))?.value;
const fields = token ? { participant: token } : {};

let room = {
  step: Number(document.body.dataset.step),
  open: $("closed").hidden,
  answers_each: JSON.parse(document.body.dataset.answersEach ?? "null"),
};
let newest = room.step;
let sentAt = -Infinity;
let refusal = "";

const outbox = createOutbox(`/${code}`, fields, { settled, waiting });

function say(id, text, isWaiting = false) {
  $("problem").textContent = id === "problem" ? text : "";
  $("receipt").textContent = id === "receipt" ? text : "";
  $("receipt").classList.toggle("waiting", isWaiting);
}

function settled(answer, reply) {
  if (reply.body?.status === "accepted") {
    if (answer.step === room.step) showOwn(answer.key, reply.body.label, false);
    say("receipt", fill(texts.thanks, reply.body.label));
  } else if (reply.body?.status === "withdrawn") {
    removeOwn(answer.key);
    say("receipt", "");
  } else {
    removeOwn(answer.key);
    // Back into the field, unless the next word is being written there already.
    if (!field.value) field.value = answer.answer;
    refusal = reply.body?.error;
    say("problem", reply.body?.message ?? String(reply.status));
    if (reply.status === 422 || reply.status === 409) field.focus();
  }
  show();
}

function waiting(answer) {
  say("receipt", fill(texts.waiting, answer.answer), true);
}

function showOwn(key, label, pending) {
  let item = ownItem(key);
  if (!item) {
    const template = /** @type {HTMLTemplateElement} */ ($("own-answer"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    item = /** @type {HTMLLIElement} */ (copy.querySelector("li"));
    item.dataset.key = key;
    ownList.append(item);
  }
  /** @type {HTMLElement} */ (item.querySelector(".label")).textContent = label;
  item.classList.toggle("pending", pending);
  const button = /** @type {HTMLButtonElement} */ (item.querySelector("button"));
  button.hidden = pending;
  button.setAttribute("aria-label", fill(texts.take_back, label));
}

const ownItem = (key) =>
  /** @type {HTMLLIElement | undefined} */ (
    [...ownList.children].find((item) => item instanceof HTMLElement && item.dataset.key === key)
  );
const removeOwn = (key) => ownItem(key)?.remove();

/** Show what may be done now: write, wait, or look at the stage. */
function show() {
  const left = room.answers_each === null ? null : Math.max(0, room.answers_each - ownList.children.length);
  const maySend = room.open && left !== 0;
  form.hidden = !maySend;
  $("left").hidden = !maySend || left === null || room.answers_each === 1;
  $("left").textContent = texts.left.replace("{n}", String(left));
  $("spent").hidden = !room.open || left !== 0 || outbox.answers.length > 0;
  $("closed").hidden = room.open;
  $("own").hidden = ownList.children.length === 0;
}

function showPending() {
  for (const answer of outbox.answers) {
    if (answer.step === room.step) showOwn(answer.key, answer.answer, true);
  }
}

function follow(status) {
  const isOther = status.step !== room.step;
  room = status;
  $("prompt").textContent = status.phrase ? texts.phrase : texts.word;
  if (isOther) startStep(status);
  // Advice on how to write the word is of no use where none can be sent.
  if (!status.open && refusal !== "closed") $("problem").textContent = "";
  show();
}

function startStep({ step, question }) {
  $("question").textContent = question;
  document.title = `${question} – Ordmoln`;
  ownList.replaceChildren();
  showPending();
  say("problem", field.value.trim() ? texts.kept : "");
  if (step < newest) recallOwn(step);
  newest = Math.max(newest, step);
}

/** Show what was sent to a question that the room has gone back to; the server remembers it. */
async function recallOwn(step) {
  const response = await fetch(`/${code}?${new URLSearchParams(fields)}`).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (step !== room.step || Number(page.body.dataset.step) !== step) return;
  for (const item of page.querySelectorAll("#own li")) {
    if (!ownItem(item.dataset.key)) ownList.append(document.adoptNode(item));
  }
  show();
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
  field.value = "";
  say("receipt", fill(texts.sending, answer.answer), true);
  showOwn(answer.key, answer.answer, true);
  show();
  refusal = "";
  outbox.send(answer);
});

ownList.addEventListener("submit", async (event) => {
  event.preventDefault();
  const item = /** @type {HTMLElement} */ (event.target).closest("li");
  if (!item) return;
  const label = item.querySelector(".label")?.textContent ?? "";
  const response = await fetch(`/${code}/answers/${item.dataset.key}`, {
    method: "DELETE",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(fields),
  }).catch(() => null);
  if (response?.ok) {
    item.remove();
    say("receipt", fill(texts.taken_back, label));
    show();
    if (!form.hidden) field.focus();
  } else {
    say("problem", texts.not_taken_back);
  }
});

showPending();
show();

// News can wait until the page is usable: the client library is larger than the page itself.
async function listen() {
  try {
    const { watchRoom } = await import(String(socket));
    watchRoom(String(code), "phone", {
      messages: { status: follow, erased: () => location.reload() },
    });
  } catch {
    setTimeout(listen, NEWS_RETRY * (0.5 + Math.random()));
  }
}
addEventListener("load", listen);
