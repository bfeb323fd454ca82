/** The search among the words. Of the many that the page was not sent the server tells. */

const SOON = 300; // ms without a keystroke
const OFTEN = 2000; // ms between askings for the same text, while the room goes on
const NOTHING = { text: "", words: [] };

/**
 * @param {HTMLInputElement} input
 * @param {string} code
 * @param {() => void} changed is called when other words are to be shown
 * @returns {(status: any) => any[]} gives the words that are sought, of a status and of the server
 */
export function createSearch(input, code, changed) {
  const language = document.documentElement.lang;
  const sought = () => input.value.trim();
  let found = NOTHING;
  /** @type {any} */
  let askedFor = null; // the status when the server was asked for this text
  let timer = 0; // 0: no asking is planned or under way
  let asking = new AbortController();

  function askIn(/** @type {number} */ ms) {
    clearTimeout(timer);
    timer = setTimeout(ask, ms);
  }

  async function ask() {
    asking.abort(); // only what was asked last counts
    const { signal } = (asking = new AbortController());
    const text = sought();
    const url = `/${code}/coach/words.json?${new URLSearchParams({ search: text })}`;
    const response = await fetch(url, { signal }).catch(() => null);
    const reply = response?.ok ? await response.json().catch(() => null) : null;
    if (signal.aborted) return;
    timer = 0;
    if (reply) found = { text, words: reply.words ?? [] };
    else askIn(OFTEN);
    changed();
  }

  input.addEventListener("input", () => {
    asking.abort();
    askedFor = null;
    changed();
  });
  input.form?.addEventListener("submit", (event) => event.preventDefault()); // it is found already

  function matches({ label, members }) {
    const text = sought().toLocaleLowerCase(language);
    return [{ label }, ...members].some((one) => one.label.toLocaleLowerCase(language).includes(text));
  }

  /** The words go on being counted, and a coach's act on one must be seen at once. */
  function follow(status) {
    if (askedFor && status.step !== askedFor.step) found = NOTHING;
    if (!askedFor) askIn(SOON);
    else if (status.decisions !== askedFor.decisions) askIn(0);
    else if (!timer) askIn(OFTEN);
    askedFor = status;
  }

  return (status) => {
    const asks = sought() !== "" && status.more_words > 0;
    if (asks) follow(status);
    return asks && found.text === sought() ? found.words : status.words.filter(matches);
  };
}
