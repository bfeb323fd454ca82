/**
 * Words that pass by without end: upwards as a film's credits do, or leftwards on a line. They pass
 * in turn, so each is seen once before any is seen twice, and none is seen twice at once.
 *
 * Only transforms move, and what has come in is left alone: a word that is new waits for its turn,
 * one that is taken away leaves its place empty. Who wants nothing to move is shown page by page.
 *
 * @typedef {{word: string, label: string}} Word
 */

import { hue } from "./hue.js";
import { still } from "./motion.js";

const SPEED = { up: 4.5, left: 7 }; // rem a second at the normal pace
const PACES = { slow: 0.6, normal: 1, fast: 1.6 };
const MOST_IN_ROW = { up: 3, left: 1 };
const PAGE_MS = 7000;
const FADED = [0, 0.08, 0.92, 1]; // when a page is there and when it goes, of its time

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/**
 * @param {HTMLElement} element what the words pass through
 * @param {"up" | "left"} way
 */
export function createReel(element, way) {
  /** @type {Word[]} */
  let queue = []; // whose turn it is next comes first
  /** @type {Map<string, HTMLElement>} */
  const seen = new Map();
  /** @type {Set<Animation>} */
  const playing = new Set();
  let rate = PACES.normal;
  let running = false;
  let entering = false; // something is on its way in: the next must wait

  function makeWord({ word, label }) {
    const span = document.createElement("span");
    span.className = hue(word);
    span.dataset.key = word;
    span.dir = "auto";
    span.textContent = label;
    return span;
  }

  /** Return a row of the words whose turn it is, or null if all of them are seen already. */
  function takeRow(parent) {
    if (!queue.length || seen.has(queue[0].word)) return null;
    const row = document.createElement("div");
    row.className = "row";
    parent.append(row);
    while (row.children.length < MOST_IN_ROW[way] && !seen.has(queue[0].word)) {
      const span = makeWord(queue[0]);
      row.append(span);
      if (row.children.length > 1 && row.offsetWidth > element.clientWidth) {
        span.remove();
        break;
      }
      seen.set(queue[0].word, span);
      queue.push(/** @type {Word} */ (queue.shift()));
    }
    return row;
  }

  function forget(parent) {
    for (const span of parent.querySelectorAll("[data-key]")) seen.delete(span.dataset.key);
    parent.remove();
  }

  /** The row did not fit: its words are the next again. */
  function giveBack(row) {
    queue.unshift(...queue.splice(queue.length - row.children.length));
    forget(row);
  }

  function play(part, frames, duration, then) {
    const animation = part.animate(frames, { duration });
    animation.playbackRate = rate;
    playing.add(animation);
    animation.onfinish = () => {
      playing.delete(animation);
      then();
      feed();
    };
  }

  function pass() {
    const row = takeRow(element);
    if (!row) return;
    const up = way === "up";
    const size = up ? row.offsetHeight : row.offsetWidth;
    const room = up ? element.clientHeight : element.clientWidth;
    const speed = (SPEED[way] * rem()) / 1000; // px a ms
    const at = (/** @type {number} */ px) => (up ? `translateY(${px}px)` : `translateX(${px}px)`);
    entering = true;
    play(row, { transform: [at(room), at(-size)] }, (room + size) / speed, () => forget(row));
    play(row, null, size / speed, () => (entering = false));
  }

  function turnPage() {
    if (!queue.length) return;
    const page = document.createElement("div");
    page.className = "page";
    element.append(page);
    const overflows = () =>
      page.offsetHeight > element.clientHeight || page.offsetWidth > element.clientWidth;
    for (let row = takeRow(page); row; row = takeRow(page)) {
      if (page.children.length === 1 || !overflows()) continue;
      giveBack(row);
      break;
    }
    entering = true;
    const leave = () => {
      forget(page);
      entering = false;
    };
    play(page, { opacity: [0, 1, 1, 0], offset: FADED }, PAGE_MS, leave);
  }

  function feed() {
    if (!running || entering) return;
    if (still.matches) turnPage();
    else pass();
  }

  /** Measures have changed, and with them every place: begin with an empty screen. */
  function restart() {
    for (const animation of playing) animation.cancel();
    playing.clear();
    seen.clear();
    element.replaceChildren();
    entering = false;
    feed();
  }
  new ResizeObserver(restart).observe(element);
  still.addEventListener("change", restart);

  return {
    /** @param {Word[]} words */
    show(words) {
      const now = new Map(words.map((word) => [word.word, word]));
      for (const [word, span] of seen) {
        if (now.has(word)) continue;
        span.style.width = `${span.getBoundingClientRect().width}px`;
        span.textContent = "";
        delete span.dataset.key;
        seen.delete(word);
      }
      const known = new Set(queue.map(({ word }) => word));
      const waiting = queue.filter(({ word }) => now.has(word)).map(({ word }) => now.get(word));
      queue = [...words.filter(({ word }) => !known.has(word)), .../** @type {Word[]} */ (waiting)];
      feed();
    },
    /** @param {"slow" | "normal" | "fast"} pace */
    pace(pace) {
      if (rate === PACES[pace]) return;
      rate = PACES[pace];
      for (const animation of playing) animation.updatePlaybackRate(rate);
    },
    /** Roll on, or stand where it is. */
    run(/** @type {boolean} */ on) {
      if (running === on) return;
      running = on;
      for (const animation of playing) on ? animation.play() : animation.pause();
      feed();
    },
  };
}
