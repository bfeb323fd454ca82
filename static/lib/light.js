/** The word in the light. The others step back in colour alone, and nothing moves. */

import { hue } from "./hue.js";
import { counted, fill, texts } from "./texts.js";

const rule = new CSSStyleSheet(); // so that a word that comes later is right from its first moment
document.adoptedStyleSheets.push(rule);

const howMany = ({ count, before, after }) =>
  before === null ? counted(texts.answers, count) : fill(texts.compared, { before, after });

/** @param {HTMLElement} caption says which word it is, and how many said so */
export function createLight(caption) {
  const [label, count] = caption.querySelectorAll("strong, span");
  const tables = /** @type {HTMLElement} */ (caption.querySelector(".tables"));
  let lit = "";

  return {
    /**
     * @param {{word: string, label: string, count: number, tables: string[],
     *   before: number | null, after: number | null} | null} word
     * @param {{name: string, words: string[]} | null} table whose words are lit instead of one
     * @param {boolean} figure whether the count may be seen
     */
    show(word, table, figure) {
      const now = word || table ? JSON.stringify([word, table, figure]) : "";
      if (now === lit) return;
      lit = now;
      caption.hidden = !now;
      label.textContent = word?.label ?? table?.name ?? "";
      label.className = word ? hue(word.word) : "";
      count.textContent = word && figure ? howMany(word) : "";
      tables.textContent = word?.tables.length
        ? fill(word.before === null ? texts.said_by : texts.said_after, { tables: word.tables.join(", ") })
        : "";
      const names = (word ? [word.word] : (table?.words ?? [])).map((one) => `"${CSS.escape(one)}"`);
      const others = names.map((name) => `[data-word=${name}], [data-key=${name}]`).join(", ");
      rule.replaceSync(
        now ? `:is([data-word], [data-key]):not(${others || "_"}) { color: var(--back) }` : "",
      );
    },
  };
}
