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
  /** @type {any} */
  let status;
  let written = "";
  let is = { over: false, running: false, lastMinute: false };
  const clock = createClock((text, state) => {
    written = text;
    is = state;
    showClock();
  });

  function showClock() {
    const stands = status.clock?.left === status.clock?.seconds ? texts.not_started : texts.paused;
    const text = is.over ? texts.over : is.running ? texts.left : stands;
    const lastMinute = is.running && is.lastMinute && status.minute_sign;
    time.textContent = written && text.replace("{time}", written);
    time.classList.toggle("last-minute", lastMinute);
    if (lastMinute !== (sign.textContent !== "")) sign.textContent = lastMinute ? texts.minute : "";
  }

  return (news) => {
    status = news;
    const [n, of] = status.place ?? [1, 1];
    const step = of > 1 ? texts.step.replace("{n}", n).replace("{of}", of) : "";
    const parts = [step, texts.kinds[status.kind]].filter(Boolean);
    place.textContent = parts.join(" · ");
    element.hidden = of === 1 && !status.clock && status.kind === "question";
    clock.set(status);
    showClock();
  };
}
