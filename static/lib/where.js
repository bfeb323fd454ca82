/** Where the room is: the step, its kind, and the time that it has left, every second. */

import { createClock } from "./clock.js";

/**
 * @param {HTMLElement} element  as the server rendered it, with its texts
 * @returns {(status: any) => void} shows where the room is now
 */
export function createWhere(element) {
  const texts = JSON.parse(element.dataset.texts ?? "{}");
  const [place, time, sign] = [".place", ".clock", ".sign"].map((name) => {
    return /** @type {HTMLElement} */ (element.querySelector(name));
  });
  const clock = createClock((text, state) => {
    const lastMinute = state === "minute";
    time.textContent = state && texts[lastMinute ? "left" : state].replace("{time}", text);
    time.classList.toggle("last-minute", lastMinute);
    if (lastMinute !== (sign.textContent !== "")) sign.textContent = lastMinute ? texts.minute : "";
  });

  return (status) => {
    const [n, of] = status.place ?? [1, 1];
    const step = of > 1 ? texts.step.replace("{n}", n).replace("{of}", of) : "";
    const parts = [step, texts.kinds[status.kind]].filter(Boolean);
    place.textContent = parts.join(" · ");
    element.hidden = status.waits || (of === 1 && !status.clock && status.kind === "question");
    clock.set(status);
  };
}
