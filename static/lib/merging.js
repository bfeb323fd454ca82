/** Words that the coach chooses to merge: ticks two, or drags one onto another. */

const KIND = "application/x-ordmoln-word";

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * What is chosen stays so while the list shows other words: two need not be found by one search.
 *
 * @param {HTMLElement} list of the words
 * @returns {(words: any[], status: any) => void} is told of the words that the list shows by now
 */
export function createMerging(list) {
  const form = /** @type {HTMLFormElement} */ ($("merge-form"));
  /** @type {Map<string, string>} */
  const chosen = new Map(); // words, and how they are written
  /** @type {Map<string, string>} */
  let listed = new Map(); // likewise
  let step = 0;

  function choose(/** @type {string} */ word, on = true) {
    if (on) chosen.set(word, listed.get(word) ?? word);
    else chosen.delete(word);
  }

  /** Two are merged; the commoner gives the place, and either gives the name. */
  function show() {
    for (const box of list.querySelectorAll("[name=word][type=checkbox]")) {
      box.checked = chosen.has(box.value);
    }
    $("merge").hidden = chosen.size === 0;
    /** @type {HTMLButtonElement} */ ($("merge-do")).disabled = chosen.size !== 2;
    const labels = [...chosen.values()];
    const names = labels.join(" + ");
    if ($("merge-names").textContent === names) return; // nor do the buttons lose focus or a click
    $("merge-names").textContent = names;
    $("merge-labels").replaceChildren(...labels.map(nameButton));
  }

  function nameButton(/** @type {string} */ label) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "quiet", textContent: label, dir: "auto" });
    button.addEventListener("click", () => {
      /** @type {HTMLInputElement} */ ($("merge-label")).value = label;
    });
    return button;
  }

  list.addEventListener("change", ({ target }) => {
    if (!target.matches("[name=word][type=checkbox]")) return;
    choose(target.value, target.checked);
    show();
  });
  form.addEventListener("formdata", ({ formData }) => {
    formData.delete("word"); // of boxes, which are those of the words in sight
    for (const word of chosen.keys()) formData.append("word", word);
  });
  form.addEventListener("reset", () => {
    chosen.clear();
    show();
  });

  const wordAt = (event) => event.target.closest("#word-list > li")?.dataset.word;
  list.addEventListener("dragstart", (event) => event.dataTransfer.setData(KIND, wordAt(event)));
  list.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes(KIND)) event.preventDefault();
  });
  list.addEventListener("drop", (event) => {
    const dropped = event.dataTransfer.getData(KIND);
    const onto = wordAt(event);
    if (!dropped || !onto || dropped === onto) return;
    event.preventDefault();
    chosen.clear();
    choose(dropped);
    choose(onto);
    show();
    $("merge-do").focus();
  });

  return (words, status) => {
    listed = new Map(words.map(({ word, label }) => [word, label]));
    if (status.step !== step) chosen.clear();
    step = status.step;
    const known = new Map(status.words.map(({ word, label }) => [word, label]));
    for (const word of chosen.keys()) {
      const label = listed.get(word) ?? known.get(word);
      if (label !== undefined) chosen.set(word, label);
      else if (!status.more_words) chosen.delete(word);
    }
    show();
  };
}
