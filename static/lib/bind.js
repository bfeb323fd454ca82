/**
 * Shows data in a page that the server has rendered once already: elements say what they show.
 *
 * - `data-text="label"`: its text is `item.label`.
 * - `data-value="word"`: its value is `item.word`.
 * - `data-when="standing=held waiting"`: it is there while `item.standing` is one of these.
 * - `data-checked="on"`, `data-pressed="view=cloud"`: it is checked or pressed while that is so.
 */

const REST = 2500; // ms after the last touch before rows may change places under a thumb

const holds = (item, condition) => {
  const [name, values] = condition.split("=");
  return values.split(" ").includes(String(item[name]));
};

/**
 * @param {ParentNode} root
 * @param {Record<string, any>} item
 */
export function bind(root, item) {
  const all = (name) => root.querySelectorAll(`[data-${name}]`);
  for (const element of all("text")) {
    if (element.dataset.text in item) element.textContent = String(item[element.dataset.text]);
  }
  for (const element of all("value")) {
    // Not `value`: what somebody has typed over it, and not sent yet, stays.
    if (element.dataset.value in item) element.defaultValue = String(item[element.dataset.value]);
  }
  for (const element of all("when")) {
    if (element.dataset.when.split("=")[0] in item) element.hidden = !holds(item, element.dataset.when);
  }
  for (const element of all("checked")) {
    if (element.dataset.checked in item) element.checked = Boolean(item[element.dataset.checked]);
  }
  for (const element of all("pressed")) {
    if (element.dataset.pressed.split("=")[0] in item) {
      element.setAttribute("aria-pressed", String(holds(item, element.dataset.pressed)));
    }
  }
}

/**
 * A list whose rows are made from a `<template>`. A row stays the same element, so focus stays in
 * it, and keeps its place as long as somebody is at work in the list.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement} template
 * @param {string} key  what tells one item from another
 * @param {number} rest  ms after the last touch before rows change places; 0: at once
 */
export function createRows(list, template, key, rest = REST) {
  const { content } = /** @type {HTMLTemplateElement} */ (template);
  let touched = -Infinity;
  for (const event of ["pointerdown", "pointermove", "keydown"]) {
    list.addEventListener(event, () => (touched = performance.now()));
  }

  return (/** @type {Record<string, any>[]} */ items) => {
    const resting = performance.now() - touched >= rest;
    const focused = document.activeElement;
    const rows = new Map([...list.children].map((row) => [row.dataset[key], row]));
    items.forEach((item, place) => {
      const name = String(item[key]);
      const known = rows.get(name);
      const row = known ?? content.cloneNode(true).querySelector("li");
      rows.delete(name);
      row.dataset[key] = name;
      bind(row, item);
      if (!known && !resting) list.append(row);
      else if (resting && list.children[place] !== row) {
        list.insertBefore(row, list.children[place] ?? null);
      }
    });
    for (const row of rows.values()) row.remove();
    if (list.contains(focused) && document.activeElement !== focused) {
      /** @type {HTMLElement} */ (focused).focus({ preventScroll: true }); // a row that is moved loses it
    }
  };
}
