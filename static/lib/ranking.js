/** The most frequent words as bars: each as long as its word is frequent, counted from nought. */

import { hue } from "./hue.js";
import { GLIDE, still } from "./motion.js";

const numbers = new Intl.NumberFormat(document.documentElement.lang);

function part(/** @type {string} */ tag, /** @type {string} */ name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

function makeRow(/** @type {string} */ word) {
  const row = part("li", hue(word));
  row.dataset.key = word;
  const label = part("span", "label");
  label.dir = "auto";
  const track = part("span", "track");
  track.append(part("span", "bar"), part("span", "count"));
  row.append(label, " ", track);
  return row;
}

/** @param {HTMLOListElement} list */
export function createRanking(list) {
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();

  function set(row, { label, count }, most) {
    row.querySelector(".label").textContent = label;
    row.querySelector(".bar").style.transform = `scaleX(${count / most})`;
    const figure = row.querySelector(".count");
    figure.textContent = numbers.format(count);
    figure.style.transform = `translateX(${(100 * count) / most}%)`;
  }

  function rank(words) {
    const before = new Map(rows);
    rows.clear();
    for (const word of words) {
      const row = before.get(word.word) ?? makeRow(word.word);
      set(row, word, words[0].count);
      rows.set(word.word, row);
    }
    const ranked = [...rows.values()];
    if (ranked.some((row, place) => list.children[place] !== row)) list.replaceChildren(...ranked);
    else while (list.children.length > ranked.length) list.lastElementChild?.remove();
  }

  return {
    /**
     * @param {{word: string, label: string, count: number}[]} words most frequent first
     * @param {boolean} seen whether anybody sees words change places
     */
    show(words, seen) {
      if (!seen || still.matches) {
        rank(words);
        return;
      }
      const tops = new Map([...rows].map(([word, row]) => [word, row.getBoundingClientRect().top]));
      for (const row of rows.values()) row.getAnimations().forEach((glide) => glide.cancel());
      rank(words);
      for (const [word, row] of rows) {
        const top = tops.get(word);
        const up = top === undefined ? 0 : top - row.getBoundingClientRect().top;
        if (top === undefined) row.animate({ opacity: [0, 1] }, GLIDE);
        else if (up) row.animate({ transform: [`translateY(${up}px)`, "none"] }, GLIDE);
      }
    },
  };
}
