/** The same words as in the cloud, as a table for those who cannot see it; most frequent first. */

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
      entry = { row, label, count };
      rows.set(word, entry);
    }
    Object.assign(entry, { label, count });
    entry.row.cells[0].textContent = label;
    entry.row.cells[1].textContent = String(count);
  }

  const sorted = () => [...rows.values()].sort((one, other) => other.count - one.count);

  function sort() {
    timer = 0;
    body.append(...sorted().map(({ row }) => row));
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
    /** @returns the labels and counts of the `n` most frequent words, as a sentence would list them */
    top(n) {
      return sorted().slice(0, n).map(({ label, count }) => `${label} ${count}`).join(", ");
    },
  };
}
