/**
 * The cloud on the screen. The server decides where every word lies; here words only glide there.
 *
 * @typedef {{word: string, label: string, count: number, x: number, y: number, size: number,
 *   width: number}} Placement  x: middle, y: baseline, all in plane units
 */

import { hue } from "./hue.js";
import { GLIDE, still } from "./motion.js";

const SVG = "http://www.w3.org/2000/svg";
const EM = 100; // px of every text; its group gives it its size, since to scale is not to lay out
const FADE = { duration: 400, easing: "ease-out" };
const GONE = { duration: 150, easing: "ease-out" }; // what must not be seen is gone at once
const NEAR = 1; // units, and
const ALIKE = 0.04; // of its size: what a word changes at once, since nobody sees it
const AT_ONCE = 30; // words that move in one frame
const LIT = 2000; // ms that a new word is noticed

const at = (x, y, size) => `translate(${x}px, ${y}px) scale(${size / EM})`;

/** Where a word is seen at this moment, perhaps in the middle of a glide; asks for no layout. */
function seen({ placement, from, gliding }) {
  const progress = gliding?.effect.getComputedTiming().progress ?? 1;
  const between = (start, end) => start + (end - start) * progress;
  return {
    x: between(from.x, placement.x),
    y: between(from.y, placement.y),
    size: between(from.size, placement.size),
  };
}

const isFar = (from, { x, y, size }) =>
  Math.max(Math.abs(from.x - x), Math.abs(from.y - y)) > NEAR || Math.abs(from.size / size - 1) > ALIKE;

/**
 * @param {SVGSVGElement} svg
 * @returns {{replace(words: Placement[]): void, change(words: Placement[], gone: string[]): void,
 *   reveal(words: Placement[], seconds: number): void, look(camera: number[]): void,
 *   find(word: string): Placement | undefined}}
 */
export function createCloud(svg) {
  // A text that is moved or resized is laid out again; a group around it is not.
  /** @type {Map<string, {group: SVGGElement, text: SVGTextElement, placement: Placement}>} */
  const drawn = new Map();
  /** @type {Map<string, Placement>} */
  const waiting = new Map();
  let frame = 0;

  /** Writes what is new alone: whatever is written to a text, the browser lays it out again. */
  function set({ group, text }, { label, count, x, y, size, width }, before) {
    if (count !== before?.count) text.dataset.count = String(count);
    if (label !== before?.label) text.textContent = label;
    // Where the browser's font is another than the server measured, the word still keeps its box.
    const length = (width * EM) / size;
    if (!before || label !== before.label || Math.abs(length - (before.width * EM) / before.size) > 1) {
      text.setAttribute("textLength", String(length));
    }
    group.style.transform = at(x, y, size);
  }

  /** @param {number} delay ms until it is seen */
  function add(placement, delay = 0) {
    const group = document.createElementNS(SVG, "g");
    const text = document.createElementNS(SVG, "text");
    text.dataset.word = placement.word;
    text.setAttribute("class", `${hue(placement.word)} new`);
    text.setAttribute("font-size", String(EM));
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    const entry = { group, text, placement, from: placement, gliding: null };
    set(entry, placement);
    group.append(text);
    svg.append(group);
    setTimeout(() => text.classList.remove("new"), LIT);
    group.animate({ opacity: [0, 1] }, { ...FADE, delay, fill: "backwards" });
    drawn.set(placement.word, entry);
    glide(entry, { ...placement, size: (delay ? 0.3 : 0.8) * placement.size }, delay);
  }

  function glide(entry, from, delay = 0) {
    entry.from = from;
    if (still.matches) return;
    const { group, placement } = entry;
    const frames = [from, placement].map(({ x, y, size }) => at(x, y, size));
    entry.gliding = group.animate({ transform: frames }, { ...GLIDE, delay, fill: "backwards" });
  }

  function move(entry, placement) {
    const from = seen(entry);
    entry.gliding?.cancel();
    entry.gliding = null;
    set(entry, placement, entry.placement);
    entry.placement = placement;
    if (isFar(from, placement)) glide(entry, from);
  }

  function remove(word) {
    waiting.delete(word);
    const entry = drawn.get(word);
    if (!entry) return;
    drawn.delete(word);
    const { group, text } = entry;
    delete text.dataset.word;
    group.animate({ opacity: [1, 0] }, GONE).finished.finally(() => group.remove());
  }

  function show(placement) {
    waiting.delete(placement.word);
    const entry = drawn.get(placement.word);
    if (entry) move(entry, placement);
    else add(placement);
  }

  function showSome() {
    frame = 0;
    for (const placement of [...waiting.values()].slice(0, AT_ONCE)) show(placement);
    if (waiting.size) frame = requestAnimationFrame(showSome);
  }

  const isAnswered = ({ word, count }) => drawn.get(word)?.placement.count !== count;

  return {
    /** What people answered is seen at once; what makes way for it follows in the next frames. */
    change(words, gone) {
      gone.forEach(remove);
      for (const placement of words) {
        if (isAnswered(placement)) show(placement);
        else waiting.set(placement.word, placement);
      }
      if (!frame) showSome();
    },
    replace(words) {
      const staying = new Set(words.map(({ word }) => word));
      [...drawn.keys()].filter((word) => !staying.has(word)).forEach(remove);
      words.forEach(show);
    },
    /** Words that nobody has seen grow in one after the other, the rarest first. */
    reveal(words, seconds) {
      this.replace([]);
      const rising = [...words].sort((one, other) => one.count - other.count);
      const pause = (1000 * seconds) / Math.max(rising.length - 1, 1);
      rising.forEach((placement, place) => add(placement, still.matches ? 0 : 1 + place * pause));
    },
    find: (word) => drawn.get(word)?.placement,
    look(camera) {
      const box = camera.join(" ");
      if (svg.getAttribute("viewBox") !== box) svg.setAttribute("viewBox", box);
    },
  };
}
