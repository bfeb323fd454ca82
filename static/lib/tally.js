/** The same words as in the cloud, as a table for those who cannot see it well; most frequent first. */

const SORT_EVERY = 1000; // ms; a screen reader's place in the table should not shift all the time

/** @param {HTMLTableElement} table */
export function createTally(table) {
  const body = table.tBodies[0];
  /** @type {Map<string, {row: HTMLTableRowElement, label: string, count: number}>} */
  const rows = new Map();
  let timer = 0;

  function set({ word, label, count }) {
    let entry = rows.get(word);
    if (!entry) {
      const row = body.insertRow();
      row.append(document.createElement("th"), document.createElement("td"));
      row.cells[0].scope = "row";
      row.cells[0].dir = "auto";
      entry = { row, label: "", count: 0 };
      rows.set(word, entry);
    }
    const [name, number] = entry.row.cells;
    if (label !== entry.label) name.textContent = entry.label = label;
    if (count !== entry.count) number.textContent = String((entry.count = count));
  }

  const sorted = () => [...rows.values()].sort((one, other) => other.count - one.count);

  /** Moves the rows that have to go elsewhere alone, and keeps a screen reader's place in others. */
  function sort() {
    timer = 0;
    let next = body.firstElementChild;
    for (const { row } of sorted()) {
      if (row === next) next = row.nextElementSibling;
      else body.insertBefore(row, next);
    }
  }

  function change(words, gone) {
    for (const word of gone) {
      rows.get(word)?.row.remove();
      rows.delete(word);
    }
    words.forEach(set);
    timer ||= setTimeout(sort, SORT_EVERY);
  }

  return {
    change,
    replace(words) {
      const staying = new Set(words.map(({ word }) => word));
      change(words, [...rows.keys()].filter((word) => !staying.has(word)));
    },
    /** @returns the `n` most frequent words, as a sentence would list them, with their counts or not */
    top(/** @type {number} */ n, /** @type {boolean} */ counted) {
      const told = ({ label, count }) => (counted ? `${label} ${count}` : label);
      return sorted().slice(0, n).map(told).join(", ");
    },
  };
}
