/** The stage: shows what the server drew, and keeps showing it while the server is away. */

import { createClicker } from "./lib/clicker.js";
import { createClock } from "./lib/clock.js";
import { createCloud } from "./lib/cloud.js";
import { createComparison, drawMark } from "./lib/comparison.js";
import { createLight } from "./lib/light.js";
import { createRanking } from "./lib/ranking.js";
import { createReel } from "./lib/reel.js";
import { watchRoom } from "./lib/socket.js";
import { createTally } from "./lib/tally.js";
import { counted, fill, texts } from "./lib/texts.js";
import { followWords } from "./lib/words.js";

const LONG_QUESTION = 60; // characters
const SUMMARY_EVERY = 15_000; // ms between summaries to a screen reader
const POINTING = 3000; // ms that the toolbar stays after the pointer moved
const SLEEP_HINT = 60_000;
const FONT_WAIT = 3000; // ms, after which another font is better than no picture
const REVEAL = 5; // seconds until the last of the words that are revealed begins to grow

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const body = document.body;
const cloud = createCloud(/** @type {any} */ ($("cloud")));
const tally = createTally(/** @type {HTMLTableElement} */ ($("tally")));
const light = createLight($("light"));
const ranking = createRanking(/** @type {HTMLOListElement} */ ($("ranking")));
const roll = createReel($("roll"), "up");
const rest = createReel($("rest"), "left");
const follow = followWords(String(body.dataset.code), (words) => {
  roll.show(words);
  rest.show(words.filter(({ word }) => !cloud.find(word)));
});
const language = document.documentElement.lang;

const comparison = createComparison($("comparison"));
document.querySelectorAll("[data-mark]").forEach(drawMark);
const clock = createClock(showClock);

/** @type {any} */
let shown = { seq: 0, answers: 0, words: [] };

let paused = false; // the words that roll, by somebody at this screen

const progressLine = /** @type {HTMLElement} */ (document.querySelector(".progress"));
const noteLine = /** @type {HTMLElement} */ (document.querySelector(".clock-note"));

/** The browser lays the page out again for every text that is written, even for the same. */
function write(/** @type {Element} */ element, /** @type {string} */ text) {
  if (element.textContent !== text) element.textContent = text;
}

function mark(/** @type {string} */ name, /** @type {string} */ value) {
  if (body.dataset[name] !== value) body.dataset[name] = value;
}

function showHeader(message) {
  if (message.language !== language) location.reload();
  shown = message;
  cloud.look(message.camera);
  write($("question"), message.waits ? "" : message.question);
  $("question").classList.toggle("long", message.question.length > LONG_QUESTION);
  const title = `${message.waits ? body.dataset.code : message.question} – Ordmoln`;
  if (document.title !== title) document.title = title;
  write($("answers"), figures(message));
  write($("calm"), texts.concealed[message.kind]);
  clock.set(message);
  write($("left-out"), message.left_out ? counted(texts.left_out, message.left_out) : "");
  if (!summary(message)) write($("summary"), "");
  $("closed").hidden = message.open || message.kind === "summary";
  $("calm").hidden = !(message.concealed && message.answers);
  body.classList.toggle("closed", !message.open);
  mark("kind", message.kind);
  mark("aspect", message.aspect);
  showView(message);
}

function showClock(text, state) {
  for (const element of document.querySelectorAll(".clock")) write(element, text);
  write(noteLine, texts[state] ?? texts.work[shown.kind] ?? "");
  body.classList.toggle("last-minute", state === "minute");
}

function progress({ kind, tables, answers, counts_shown, participants_shown }) {
  if (kind === "tables" && tables.of) {
    return fill(texts.tables_done, { done: String(tables.done), of: String(tables.of) });
  }
  return counts_shown && participants_shown && answers ? counted(texts.answers, answers) : "";
}

function figures(message) {
  const { kind, view, answers, participants, connected, counts_shown, participants_shown } = message;
  if (view === "lobby") return participants_shown && connected ? counted(texts.joined, connected) : "";
  if (kind === "summary") return "";
  if (kind === "tables" && message.tables.of) return progress(message);
  const found = [];
  if (counts_shown) found.push(counted(texts.answers, answers));
  if (participants_shown) found.push(counted(texts.phones, participants));
  return answers ? found.join(" ") : "";
}

/** Everything stays where it is, seen or not: to change the view is to see another part of it. */
function showView(message) {
  const view = message.calm ? "calm" : message.view === "cloud" ? picturedAs(message) : message.view;
  const rolling = view === "roll";
  const resting = view === "cloud" && message.left_out > 0;
  write(progressLine, progress(message));
  if (view === "ranking") ranking.show(message.ranking, body.dataset.view === view);
  mark("view", view);
  mark("side", message.side);
  const waits = message.answers === 0 && view === "cloud" && message.kind !== "summary";
  body.classList.toggle("empty", waits || view === "lobby" || view === "calm");
  body.classList.toggle("uncounted", !message.counts_shown);
  light.show(message.lit, message.lit_table, message.counts_shown);
  placeLight(message, view);
  for (const reel of [roll, rest]) reel.pace(message.pace);
  follow(message, rolling || resting);
  $("pause").hidden = !rolling && !resting;
  roll.run(rolling && !paused);
  rest.run(resting && !paused);
}

/** The caption must not lie on the word that it is about; a bar that is lit needs none. */
function placeLight({ lit, ranking: most, camera: [, top, , height] }, view) {
  const placement = lit && cloud.find(lit.word);
  const low = view === "cloud" && placement && placement.y > top + height / 2;
  const ranked = view === "ranking" && most.some(({ word }) => !lit || word === lit.word);
  const placed = view === "ranking" ? ranked : view === "comparison" || placement;
  $("light").classList.toggle("needless", ranked || view === "lobby");
  $("light").classList.toggle("alone", lit !== null && !placed);
  $("light").classList.toggle("above", Boolean(low));
}

/** How the picture of a step looks: words, two sides of words, or work that nobody sees yet. */
function picturedAs({ kind, concealed, comparison: compared }) {
  if (compared) return "comparison";
  return concealed && kind !== "question" && kind !== "summary" ? "work" : "cloud";
}

function showPicture(message) {
  const revealed = shown.concealed && !message.concealed && shown.step === message.step;
  const seconds = revealed && message.gradual ? REVEAL : 0;
  if (message.comparison) showCompared(message, message.words, seconds);
  else {
    if (seconds) cloud.reveal(message.words, seconds);
    else cloud.replace(message.words);
    tally.replace(message.words);
  }
  showHeader(message);
}

function showChanges(message) {
  if (message.seq < shown.seq) return;
  if (message.comparison) {
    const news = new Set([...message.gone, ...message.words.map(({ word }) => word)]);
    showCompared(message, [...shown.words.filter(({ word }) => !news.has(word)), ...message.words], 0);
  } else {
    cloud.change(message.words, message.gone);
    tally.change(message.words, message.gone);
  }
  showHeader(message);
}

function showCompared(message, words, seconds) {
  message.words = words;
  const compared = message.comparison;
  comparison.show({ words, compared, camera: message.camera, seconds });
  cloud.replace([]);
  const labelled = words.map((word) => ({ ...word, label: word.label.slice(2), count: total(compared, word) }));
  tally.replace(labelled.sort((one, other) => other.count - one.count));
}

const total = ({ words }, { word }) => (words[word]?.before ?? 0) + (words[word]?.after ?? 0);

/** Where there is no room for both sides, one is seen at a time. */
function otherSide() {
  const earlier = body.classList.toggle("earlier");
  $("other-side").setAttribute("aria-pressed", String(earlier));
}

// A word drawn before its font is there would be drawn in another, and jump.
await Promise.race([
  document.fonts.load("600 40px Ordmoln").catch(() => []),
  new Promise((go) => setTimeout(go, FONT_WAIT)),
]);
showPicture(JSON.parse($("first-picture").textContent ?? ""));
watchRoom(String(body.dataset.code), "stage", {
  since: () => shown.seq,
  messages: {
    picture: showPicture,
    changes: showChanges,
    erased: () => location.reload(),
    refused: () => location.reload(), // the server knows no such room any more, and says so
  },
  connected: (is) => ($("line").hidden = is),
});

/** What may be seen alone is told. */
function summary({ answers, concealed, calm, counts_shown }) {
  if (!answers || concealed || calm) return "";
  const frequent = fill(texts.most_frequent, { words: tally.top(3, counts_shown) });
  return counts_shown ? `${counted(texts.answers, answers)}. ${frequent}` : frequent;
}
setInterval(() => write($("summary"), summary(shown)), SUMMARY_EVERY);

function toggleQr() {
  const large = body.classList.toggle("large-qr");
  $("large-qr").setAttribute("aria-pressed", String(large));
}

function toggleFullScreen() {
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  change.catch((error) => console.warn("full screen was refused:", error));
}

function toggleTestCard() {
  $("test-card").hidden = !$("test-card").hidden;
  $("show-test-card").setAttribute("aria-pressed", String(!$("test-card").hidden));
}

/** For those who see little: a page in the browser's own text size, which it can enlarge. */
function toggleList() {
  const listed = document.documentElement.classList.toggle("listed");
  $("tally").classList.toggle("visually-hidden", !listed);
  $("list").setAttribute("aria-pressed", String(listed));
}

function togglePause() {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  showView(shown);
}

const THEMES = ["light", "dark", "contrast"];
const THEME_ITEM = "ordmoln:theme";

function showTheme(/** @type {string} */ theme) {
  document.documentElement.dataset.theme = theme;
}

/** The colours suit the hall and its projector, so this computer remembers them, not the room. */
function nextTheme() {
  const now = THEMES.indexOf(document.documentElement.dataset.theme ?? "light");
  const theme = THEMES[(now + 1) % THEMES.length];
  showTheme(theme);
  try {
    localStorage.setItem(THEME_ITEM, theme);
  } catch {
    // It lasts until the page is loaded again.
  }
}

try {
  showTheme(localStorage.getItem(THEME_ITEM) ?? "light");
} catch {
  showTheme("light");
}

const KEYS = {
  q: toggleQr,
  f: toggleFullScreen,
  t: toggleTestCard,
  c: nextTheme,
  b: otherSide,
  l: toggleList,
  s: togglePause,
};
let keysOn = true;
const click = "coach" in body.dataset ? createClicker(String(body.dataset.code), $("problem")) : null;

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return; // those are the browser's
  if (event.key === "Escape" && body.classList.contains("large-qr")) toggleQr();
  else if (event.key === "Escape" && !$("test-card").hidden) toggleTestCard();
  else if ((keysOn || event.key.length > 1) && click?.(event, shown)) return;
  if (!keysOn || event.repeat) return;
  KEYS[event.key.toLowerCase()]?.();
});
$("large-qr").addEventListener("click", toggleQr);
$("full-screen").addEventListener("click", toggleFullScreen);
$("show-test-card").addEventListener("click", toggleTestCard);
$("list").addEventListener("click", toggleList);
$("other-side").addEventListener("click", otherSide);
$("pause").addEventListener("click", togglePause);
$("colours").addEventListener("click", nextTheme);
$("keys").addEventListener("click", () => {
  keysOn = !keysOn;
  $("keys").setAttribute("aria-pressed", String(keysOn));
});

let resting = 0;
function showToolbar() {
  body.classList.add("pointing");
  clearTimeout(resting);
  resting = setTimeout(() => body.classList.remove("pointing"), POINTING);
}
addEventListener("pointermove", showToolbar);
addEventListener("pointerdown", showToolbar); // a finger that taps does not move

/** The browser gives the lock back whenever the page is not seen, so ask anew each time it is. */
async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock.request("screen");
    $("sleep").hidden = true;
  } catch {
    // Plain http from another machine, or a browser without it: a person must do it.
    $("sleep").hidden = false;
    setTimeout(() => ($("sleep").hidden = true), SLEEP_HINT);
  }
}
$("sleep-seen").addEventListener("click", () => ($("sleep").hidden = true));
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
