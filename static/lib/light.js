/** The word in the light. The others step back in colour alone, and nothing moves. */

import { hue } from "./hue.js";
import { counted, texts } from "./texts.js";

const rule = new CSSStyleSheet(); // so that a word that comes later is right from its first moment
document.adoptedStyleSheets.push(rule);

/** @param {HTMLElement} caption says which word it is, and how many said so */
export function createLight(caption) {
  const [label, count] = caption.children;
  let lit = "";

  return {
    /**
     * @param {{word: string, label: string, count: number} | null} word
     * @param {boolean} figure whether the count may be seen
     */
    show(word, figure) {
      const now = word && `${word.word} ${word.label} ${word.count} ${figure}`;
      if ((now ?? "") === lit) return;
      lit = now ?? "";
      caption.hidden = !word;
      label.textContent = word ? word.label : "";
      count.textContent = word && figure ? counted(texts.answers, word.count) : "";
      if (!word) {
        rule.replaceSync("");
        return;
      }
      label.className = hue(word.word);
      const name = `"${CSS.escape(word.word)}"`;
      rule.replaceSync(
        `:is([data-word], [data-key]):not([data-word=${name}], [data-key=${name}]) { color: var(--back) }`,
      );
    },
  };
}
