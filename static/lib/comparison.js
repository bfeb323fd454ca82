/**
 * Before and after, in one layout: a word has the same place on both sides, and on each the size of
 * its share there. A mark before the word tells on the later side how it changed.
 */

import { hue } from "./hue.js";
import { GLIDE, still } from "./motion.js";

const SVG = "http://www.w3.org/2000/svg";
const MIDDLE = 0.35; // em above the baseline: there a word grows from
const SIDES = ["before", "after"];

// In a square of 1 × 1 around 0, 0.
const MARKS = {
  new: "M-.12-.5h.24v.38h.38v.24h-.38v.38h-.24v-.38h-.38v-.24h.38z",
  grown: "M0-.5L.5.4h-1z",
  gone: "M-.5-.33L-.33-.5 0-.17.33-.5.5-.33.17 0 .5.33.33.5 0 .17-.33.5-.5.33-.17 0z",
};
const MARK_SIZE = 0.46; // em

function element(/** @type {string} */ name, /** @type {Record<string, any>} */ attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** The mark of a change, as in the legend. */
export function drawMark(/** @type {SVGSVGElement} */ svg) {
  svg.setAttribute("viewBox", "-.5 -.5 1 1");
  svg.append(element("path", { d: MARKS[svg.dataset.mark] }));
}

function drawWord({ word, label, x, y, size, width }, { change, ...figures }, side, mark) {
  // Who is gone keeps its place, struck out, where its size was before.
  const gone = side === "after" && change === "gone";
  const part = figures[`${gone ? "before" : side}_part`];
  if (!part) return null;
  const marked = side === "after" && change in MARKS;
  const room = mark * size;
  const text = element("text", { "font-size": size, x: room / 2, y: MIDDLE * size });
  text.textContent = label.slice(2);
  const drawn = element("g", {}, text);
  drawn.dataset.word = word;
  drawn.dataset.count = String(figures[side]);
  drawn.style.transform = `translate(${x}px, ${y - MIDDLE * size}px) scale(${part})`;
  drawn.setAttribute("class", side === "after" ? `${hue(word)} ${change}` : hue(word));
  if (gone) {
    const half = (width - room) / 2;
    drawn.append(element("line", { x1: room / 2 - half, x2: room / 2 + half, "stroke-width": size / 18 }));
  }
  if (marked) {
    const at = `translate(${(MARK_SIZE * size - width) / 2} 0) scale(${MARK_SIZE * size})`;
    drawn.append(element("path", { d: MARKS[change], transform: at }));
  }
  return drawn;
}

/** @param {HTMLElement} root with a `<section>` of a heading and an `<svg>` for each side */
export function createComparison(root) {
  let drawn = "";

  function drawSide(side, { words, compared, camera, seconds }) {
    const section = /** @type {HTMLElement} */ (root.querySelector(`[data-side=${side}]`));
    section.hidden = !compared[side];
    if (!compared[side]) return;
    const svg = /** @type {SVGSVGElement} */ (section.querySelector("svg"));
    svg.setAttribute("viewBox", camera.join(" "));
    /** @type {HTMLElement} */ (section.querySelector(".asked")).textContent = compared[side].question;
    const rising = [...words].sort((one, other) => one.count - other.count);
    const shapes = rising.map((placement, place) => {
      const about = compared.words[placement.word];
      const shape = about && drawWord(placement, about, side, compared.mark);
      if (shape && seconds && !still.matches) {
        const delay = (1000 * seconds * place) / Math.max(rising.length - 1, 1);
        shape.animate({ opacity: [0, 1] }, { ...GLIDE, delay, fill: "backwards" });
      }
      return shape;
    });
    svg.replaceChildren(...shapes.filter(Boolean));
  }

  return {
    /**
     * @param {{words: any[], compared: any, camera: number[], seconds: number}} scene  with the
     *   `seconds` over which its words appear, the rarest first
     */
    show(scene) {
      const now = JSON.stringify([scene.words, scene.compared, scene.camera]);
      if (now === drawn) return;
      drawn = now;
      for (const side of SIDES) drawSide(side, scene);
    },
  };
}
