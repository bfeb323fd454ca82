/**
 * The cloud on the screen. The server decides where every word lies; here words only glide there.
 *
 * @typedef {{word: string, label: string, count: number, x: number, y: number, size: number,
 *   width: number}} Placement  x: middle, y: baseline, all in plane units
 */

const SVG = "http://www.w3.org/2000/svg";
const GLIDE = { duration: 600, easing: "cubic-bezier(0.25, 0.6, 0.2, 1)" };
const FADE = { duration: 400, easing: "ease-out" };
const LIT = 2000; // ms that a new word is noticed
const HUES = 6;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** A word keeps its colour for ever and on every screen: it follows from the word alone (FNV-1a). */
function hue(word) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(word)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 0) >>> 8) % HUES;
}

const at = (x, y, scale) => `translate(${x}px, ${y}px) scale(${scale})`;

/** Where the text is seen at this moment, perhaps in the middle of a glide. */
function seen(text, placement) {
  if (text.getAnimations().length === 0) return { ...placement, scale: 1 };
  const { a, e, f } = new DOMMatrix(getComputedStyle(text).transform);
  return { x: e, y: f, scale: a };
}

/**
 * @param {SVGSVGElement} svg
 * @returns {{replace(words: Placement[]): void, change(words: Placement[], gone: string[]): void,
 *   look(camera: number[]): void, size: number}}
 */
export function createCloud(svg) {
  /** @type {Map<string, {text: SVGTextElement, placement: Placement}>} */
  const drawn = new Map();

  function set(text, { label, count, x, y, size, width }) {
    text.textContent = label;
    text.dataset.count = String(count);
    text.setAttribute("font-size", String(size));
    // Where the browser's font is another than the server measured, the word still keeps its box.
    text.setAttribute("textLength", String(width));
    text.style.transform = at(x, y, 1);
  }

  function add(placement) {
    const text = document.createElementNS(SVG, "text");
    text.dataset.word = placement.word;
    text.setAttribute("class", `hue-${hue(placement.word)} new`);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    set(text, placement);
    svg.append(text);
    setTimeout(() => text.classList.remove("new"), LIT);
    text.animate({ opacity: [0, 1] }, FADE);
    if (!calm.matches) glide(text, { ...placement, scale: 0.8 }, placement);
    drawn.set(placement.word, { text, placement });
  }

  function glide(text, from, to) {
    const frames = [at(from.x, from.y, from.scale), at(to.x, to.y, 1)];
    text.animate({ transform: frames }, GLIDE);
  }

  function move(entry, placement) {
    const { text, placement: before } = entry;
    const from = seen(text, before);
    for (const animation of text.getAnimations()) {
      if (animation instanceof CSSAnimation === false) animation.finish();
    }
    set(text, placement);
    entry.placement = placement;
    if (calm.matches) return;
    glide(text, { ...from, scale: (from.scale * before.size) / placement.size }, placement);
  }

  function remove(word) {
    const entry = drawn.get(word);
    if (!entry) return;
    drawn.delete(word);
    delete entry.text.dataset.word;
    entry.text.animate({ opacity: [1, 0] }, FADE).finished.finally(() => entry.text.remove());
  }

  function change(words, gone) {
    for (const word of gone) remove(word);
    for (const placement of words) {
      const entry = drawn.get(placement.word);
      if (entry) move(entry, placement);
      else add(placement);
    }
  }

  return {
    change,
    replace(words) {
      const staying = new Set(words.map(({ word }) => word));
      change(words, [...drawn.keys()].filter((word) => !staying.has(word)));
    },
    look(camera) {
      svg.setAttribute("viewBox", camera.join(" "));
    },
    get size() {
      return drawn.size;
    },
  };
}
