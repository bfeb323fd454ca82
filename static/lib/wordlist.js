/** The words on the coach's page: search among them, tick two to merge them, drag one onto another. */

import { createRows } from "./bind.js";
import { fill, texts } from "./texts.js";

const SEARCH_AFTER = 300; // ms without a keystroke

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const isHeld = ({ standing }) => standing === "held" || standing === "waiting";

/**
 * @param {string} code
 * @returns what shows the words of a status
 */
export function createWordList(code) {
  const language = document.documentElement.lang;
  const showWords = createRows($("word-list"), "word");
  const showHeld = createRows($("held-list"), "word");
  const search = /** @type {HTMLInputElement} */ ($("search"));
  let shown = { words: [] };

  function show(words = shown.words) {
    const sought = search.value.trim().toLocaleLowerCase(language);
    const found = words.filter(({ label, members }) =>
      [label, ...members.map((member) => member.label)].some((text) =>
        text.toLocaleLowerCase(language).includes(sought),
      ),
    );
    showWords(found.filter((word) => !isHeld(word)).map(row));
    showHeld(words.filter(isHeld).map(row));
    for (const item of $("word-list").children) {
      const word = words.find(({ word }) => word === item.dataset.word);
      showMembers(item, word);
      item.classList.toggle("hidden-word", word?.standing === "hidden");
    }
    showChosen();
  }

  function row(word) {
    const lit = word.word === shown.lit?.word;
    const said = lit ? shown.lit.tables : [];
    return {
      ...word,
      step: shown.step,
      lit,
      any_said: said.length > 0,
      said: fill(texts.said_by, { tables: said.join(", ") }),
      several: word.members.length > 1,
    };
  }

  function showMembers(item, word) {
    const list = item.querySelector(".members");
    const rows = list.rows ?? (list.rows = createRows(list, "member"));
    rows(
      (word?.members ?? []).map((member) => ({
        ...member,
        member: member.word,
        step: shown.step,
        own: member.word === word.word,
      })),
    );
  }

  /** With hundreds of words more than the page was sent, the server knows them. */
  let waiting = 0;
  search.addEventListener("input", () => {
    show();
    clearTimeout(waiting);
    if (!shown.more_words || !search.value.trim()) return;
    waiting = setTimeout(async () => {
      const url = `/${code}/coach/words.json?${new URLSearchParams({ search: search.value })}`;
      const response = await fetch(url).catch(() => null);
      if (response?.ok) show((await response.json()).words);
    }, SEARCH_AFTER);
  });

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[name=word][type=checkbox]")) showChosen();
  });
  document.addEventListener("reset", () => setTimeout(showChosen));

  $("word-list").addEventListener("dragstart", (event) => {
    const item = event.target.closest("#word-list > li");
    if (item) event.dataTransfer.setData("text/plain", item.dataset.word);
  });
  $("word-list").addEventListener("dragover", (event) => event.preventDefault());
  $("word-list").addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer.getData("text/plain");
    const onto = event.target.closest("#word-list > li")?.dataset.word;
    const words = new Set(shown.words.map(({ word }) => word));
    if (!words.has(dropped) || !onto || dropped === onto) return;
    for (const item of $("word-list").children) {
      item.querySelector("[type=checkbox]").checked = [dropped, onto].includes(item.dataset.word);
    }
    showChosen();
    $("merge-do").focus();
  });

  return (status) => {
    shown = status;
    show();
  };
}

/** Two chosen words can be merged; the commoner gives the place, and either gives the name. */
function showChosen() {
  const chosen = [...document.querySelectorAll("[name=word][type=checkbox]:checked")];
  const labels = chosen.map((box) => box.closest("li").querySelector("[data-text=label]").textContent);
  $("merge").hidden = chosen.length === 0;
  $("merge-do").disabled = chosen.length !== 2;
  $("merge-names").textContent = labels.join(" + ");
  $("merge-labels").replaceChildren(
    ...labels.map((label) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "quiet", textContent: label, dir: "auto" });
      button.addEventListener("click", () => ($("merge-label").value = label));
      return button;
    }),
  );
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
