/** The page's texts, in its language, from the same catalogue as the page itself. */

/** @type {Record<string, any>} */
export const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

const plurals = new Intl.PluralRules(document.documentElement.lang);
const numbers = new Intl.NumberFormat(document.documentElement.lang);

/**
 * @param {{one: string, other: string}} forms
 * @param {number} n
 */
export function counted(forms, n) {
  const form = plurals.select(n) === "one" ? forms.one : forms.other;
  return form.replace("{n}", numbers.format(n));
}

/**
 * @param {string} text
 * @param {Record<string, string>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
