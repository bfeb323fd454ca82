/** The tables on the coach's page: what each has sent, which are missing, and their names. */

import { fill, texts } from "./texts.js";

/**
 * @param {Record<"sent" | "named", (items: any[]) => void>} rows of what each has sent, and of
 *   those that are renamed and removed
 * @returns what shows the tables of a status
 */
export function createTables({ sent: showSent, named: showNamed }) {
  return ({ table_list, lit_table, concealed }) => {
    showNamed(table_list.map(({ table, name }) => ({ table, name })));
    showSent(
      table_list.map(({ table, name, answers, of, seated }) => ({
        table,
        name,
        seen: !concealed,
        lit: table === lit_table,
        light_to: table === lit_table ? "" : table,
        facts: facts(answers.length, of, seated),
        sent: answers.join(" · ") || "–",
      })),
    );
  };
}

/** How many answers of how many, and how many chose the table; nothing of what there is none of. */
function facts(given, of, seated) {
  const parts = [];
  if (given) parts.push(of ? fill(texts.given, { n: String(given), of: String(of) }) : String(given));
  if (seated) parts.push(fill(texts.seated, { n: String(seated) }));
  return parts.join(" · ");
}

/** @returns what the page says of all tables */
export function tablesTogether({ kind, tables, table_list }) {
  const missing = table_list.filter(({ answers }) => !answers.length).map(({ name }) => name);
  return {
    at_tables: ["tables", "summary"].includes(kind) && tables.of > 0,
    any_tables: tables.of > 0,
    tables_done: tables.done,
    tables_of: tables.of,
    tables_text: fill(texts.tables_done, { done: String(tables.done), of: String(tables.of) }),
    any_missing: missing.length > 0,
    missing: fill(texts.missing, { tables: missing.join(", ") }),
  };
}
