/** The agenda on the coach's page: its rows, and dragging one onto another to move it there. */

import { createRows } from "./bind.js";
import { counted, fill, texts } from "./texts.js";

const tenths = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const KIND = "application/x-ordmoln-step";

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} template of a row
 * @param {(step: string, after: string) => void} move puts a step behind another, "0": first
 * @returns what shows the steps of a status
 */
export function createAgenda(list, template, move) {
  const rows = createRows(list, template, "step", 0);
  const rowAt = (event) => event.target.closest("li");

  list.addEventListener("dragstart", (event) => event.dataTransfer.setData(KIND, rowAt(event).dataset.step));
  list.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes(KIND)) event.preventDefault();
  });
  list.addEventListener("drop", (event) => {
    const step = event.dataTransfer.getData(KIND);
    const onto = rowAt(event);
    if (!step || !onto || onto.dataset.step === step) return;
    event.preventDefault();
    const { top, height } = onto.getBoundingClientRect();
    const above = event.clientY < top + height / 2;
    move(step, above ? (onto.previousElementSibling?.dataset.step ?? "0") : onto.dataset.step);
  });

  return (status) =>
    rows(
      status.steps.map((step) => ({
        ...step,
        now: step.step === status.step,
        kind_name: texts.kinds[step.kind],
        time: step.seconds === null ? "" : fill(texts.minutes, { n: tenths.format(step.seconds / 60) }),
        given: step.answers ? counted(texts.answers, step.answers) : "",
      })),
    );
}

/** @returns what the page says of the place on the agenda and of what comes next */
export function progress({ steps, following, place, kind }) {
  const ahead = steps.find(({ step }) => step === following);
  return {
    any_place: place !== null,
    any_before: place !== null && place[0] > 1,
    any_ahead: Boolean(ahead),
    place_text: place
      ? fill(texts.place, { n: String(place[0]), of: String(place[1]), kind: texts.kinds[kind] })
      : "",
    next_text: ahead ? texts.next[ahead.kind] : "",
    next_question: ahead?.question ?? "",
    steps_count: steps.length,
  };
}
