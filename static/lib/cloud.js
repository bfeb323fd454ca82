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

/** Where a word is seen at this moment, perhaps in the middle of a glide; asks for no layout. */
function seen({ placement, from, gliding }) {
  const progress = gliding?.effect.getComputedTiming().progress ?? 1;
  const between = (start, end) => start + (end - start) * progress;
  return {
    x: between(from.x, placement.x),
    y: between(from.y, placement.y),
    scale: between(from.scale, 1),
  };
}

/**
 * @param {SVGSVGElement} svg
 * @returns {{replace(words: Placement[]): void, change(words: Placement[], gone: string[]): void,
 *   look(camera: number[]): void}}
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
    const entry = { text, placement, from: placement, gliding: null };
    drawn.set(placement.word, entry);
    glide(entry, { ...placement, scale: 0.8 });
  }

  function glide(entry, from) {
    entry.from = from;
    if (calm.matches) return;
    const { text, placement } = entry;
    const frames = [at(from.x, from.y, from.scale), at(placement.x, placement.y, 1)];
    entry.gliding = text.animate({ transform: frames }, GLIDE);
  }

  function move(entry, placement) {
    const { x, y, scale } = seen(entry);
    const grown = entry.placement.size / placement.size;
    entry.gliding?.cancel();
    set(entry.text, placement);
    entry.placement = placement;
    glide(entry, { x, y, scale: scale * grown });
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
  };
}
