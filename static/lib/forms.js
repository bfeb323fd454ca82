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
  /** @type {Map<HTMLFormElement, BodyInit[]>} */
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
    const fields = sent(form, event.submitter);
    const before = underWay.get(form);
    if (before) {
      // The same once more is a double tap; another button or box is another wish.
      if (isOther(fields, before.at(-1))) before.push(fields);
      return;
    }
    const wishes = [fields];
    underWay.set(form, wishes);
    let status = null;
    for (const wish of wishes) status = await post(form.action, wish);
    underWay.delete(form);
    if (!status) return;
    if (form.dataset.clear !== undefined) form.reset();
    show(status);
  });

  document.addEventListener("change", ({ target }) => {
    if (target.closest("[data-at-once]")) target.form.requestSubmit();
  });

  return async (name, fields) => {
    const status = await post(`/${document.body.dataset.code}/coach/${name}`, new URLSearchParams(fields));
    if (status) show(status);
  };
}

function sent(form, submitter) {
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  return form.enctype === "multipart/form-data" ? fields : new URLSearchParams(/** @type {any} */ (fields));
}

const isOther = (fields, before) => written(fields) !== written(before);
const written = (fields) => String(new URLSearchParams(fields));
