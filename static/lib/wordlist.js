/** The words on the coach's page, and those that wait for the coach. */

import { createRows } from "./bind.js";
import { createMerging } from "./merging.js";
import { createSearch } from "./search.js";
import { fill, texts } from "./texts.js";

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const isHeld = ({ standing }) => standing === "held" || standing === "waiting";

/**
 * @param {string} code
 * @returns what shows the words of a status
 */
export function createWordList(code) {
  const list = $("word-list");
  const showWords = createRows(list, $("word-row"), "word");
  const showHeld = createRows($("held-list"), $("held-row"), "word");
  const showToMerge = createMerging(list);
  const wordsSought = createSearch(/** @type {HTMLInputElement} */ ($("search")), code, show);
  /** @type {WeakMap<Element, ReturnType<typeof createRows>>} */
  const memberRows = new WeakMap(); // of each word's row
  /** @type {any} */
  let shown = { words: [] };

  function show() {
    const words = wordsSought(shown).filter((word) => !isHeld(word));
    const byWord = new Map(words.map((word) => [word.word, word]));
    showWords(words.map(row));
    showHeld(shown.words.filter(isHeld).map(row));
    for (const item of list.children) {
      const word = byWord.get(item.dataset.word);
      showMembers(item, word);
      item.classList.toggle("hidden-word", word.standing === "hidden");
    }
    showToMerge(words, shown);
  }

  function row(word) {
    const lit = word.word === shown.lit?.word;
    const said = lit ? saidBy(shown.lit) : "";
    return {
      ...word,
      step: shown.step,
      lit,
      any_said: said !== "",
      said,
      several: word.members.length > 1,
    };
  }

  function showMembers(item, word) {
    const rows = memberRows.get(item) ?? createRows(item.querySelector(".members"), $("member-row"), "member");
    memberRows.set(item, rows);
    rows(
      word.members.map((member) => ({
        ...member,
        member: member.word,
        step: shown.step,
        own: member.word === word.word,
      })),
    );
  }

  return (status) => {
    shown = status;
    show();
  };
}

/** Which tables said a word; in a summary, how many did before and after, and which tables after. */
function saidBy({ tables, before, after }) {
  const names = tables.join(", ");
  if (before === null) return names && fill(texts.said_by, { tables: names });
  return fill(texts.compared, { before, after }) + (names && ` (${names})`);
}

/** @returns what the page says of all words */
export function wordsTogether({ words, lit, lit_table, table_list, more_words, concealed }) {
  const table = table_list.find(({ table }) => table === lit_table);
  const any = words.some((word) => !isHeld(word));
  return {
    any_words: any,
    any_held: words.some(isHeld),
    any_waiting: words.some(({ standing }) => standing === "waiting"),
    any_more: more_words > 0,
    any_to_light: any && !concealed,
    any_lit: Boolean(lit ?? table),
    lit_label: lit?.label ?? table?.name ?? "",
  };
}
