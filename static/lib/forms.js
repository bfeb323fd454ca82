const REPLY = 8000; // ms until a line that gives none is taken to be dead

/**
 * Does acts of the coach without loading the page. `data-act` marks a form that is one, `data-clear`
 * empties it when it is done, `data-at-once` sends it as soon as a box in it is ticked.
 *
 * @param {(status: any) => void} show is given the new status
 * @param {(problem: string) => void} tell is given why an act was not done, "" if it was
 * @param {string} noContact what is told when no reply came
 * @returns {(name: string, fields: Record<string, string>) => Promise<void>} does an act that has
 *   no form
 */
export function sendActs(show, tell, noContact) {
  /** @type {Map<HTMLFormElement, {fields: BodyInit, pressed: string}[]>} */
  const underWay = new Map(); // forms, and what is sent of each, one when the other has its reply

  async function post(/** @type {string} */ url, /** @type {BodyInit} */ body) {
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
      signal: AbortSignal.timeout(REPLY),
    }).catch(() => null);
    const reply = await response?.json().catch(() => null);
    tell(response?.ok ? "" : (reply?.message ?? noContact));
    return response?.ok ? reply : null;
  }

  document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.dataset.act) return;
    event.preventDefault();
    const wish = read(form, event.submitter);
    const before = underWay.get(form);
    if (before) {
      // The same once more is a double tap; another button or box is another wish.
      if (wish.pressed !== before.at(-1)?.pressed) before.push(wish);
      return;
    }
    const wishes = [wish];
    underWay.set(form, wishes);
    let status = null;
    for (const { fields } of wishes) {
      status = await post(form.action, fields);
      if (!status) break;
      show(status);
    }
    underWay.delete(form);
    if (!status) return;
    if (form.dataset.clear !== undefined) form.reset();
  });

  document.addEventListener("change", ({ target }) => {
    if (target.closest("[data-at-once]")) target.form.requestSubmit();
  });

  return async (name, fields) => {
    const status = await post(`/${document.body.dataset.code}/coach/${name}`, new URLSearchParams(fields));
    if (status) show(status);
  };
}

/** What is sent of a form, and by what it was: a button of several, or the boxes that are ticked. */
function read(form, submitter) {
  const fields = sent(form, submitter);
  const ticked = form.querySelector("[data-at-once]");
  return { fields, pressed: ticked ? String(fields) : `${submitter?.name}=${submitter?.value}` };
}

function sent(form, submitter) {
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  return form.enctype === "multipart/form-data" ? fields : new URLSearchParams(/** @type {any} */ (fields));
}
