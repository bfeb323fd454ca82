/**
 * Answers on their way: kept until the server has receipted or refused each, and sent again until
 * then. Where storage is forbidden (private mode, a captive portal's window) they are kept in memory.
 *
 * @typedef {{key: string, answer: string, step: number, table?: number, replaces?: string}} Answer
 *   in the name of the table, if one is given; `replaces` is the key of the answer that it changes
 * @typedef {{status: number, body: any}} Reply
 */

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 8000;
const TIMEOUT = 8000;

/** Whether the server may well take the same answer later. */
const isPassing = (/** @type {number} */ status) => [408, 429].includes(status) || status >= 500;

/** @returns {string} a key that nobody else makes; crypto.randomUUID is missing on plain http */
export function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What earlier pages, or other ones open now, have left in storage: the oldest first, or nothing. */
function restored(prefix) {
  try {
    return Object.entries(localStorage)
      .filter(([name]) => name.startsWith(prefix))
      .map(([, kept]) => JSON.parse(kept))
      .sort((one, other) => one.at - other.at)
      .map(({ at, ...answer }) => answer);
  } catch {
    return [];
  }
}

/**
 * @param {string} url where answers are posted
 * @param {Record<string, string>} fields sent with every answer
 * @param {{settled: (answer: Answer, reply: Reply) => void, waiting: (answer: Answer) => void}} on
 */
export function createOutbox(url, fields, on) {
  const prefix = `ordmoln:${url}:`; // an item for each answer, so that two pages do not overwrite
  /** @type {Answer[]} */
  const answers = restored(prefix);
  let wait = FIRST_WAIT;
  let timer = 0;
  let sending = false;

  function keep(answer) {
    try {
      localStorage.setItem(prefix + answer.key, JSON.stringify({ ...answer, at: Date.now() }));
    } catch {
      // Memory must do.
    }
  }

  function forget(answer) {
    try {
      localStorage.removeItem(prefix + answer.key);
    } catch {
      // It was in memory only.
    }
  }

  /** @returns {Promise<Reply & {retryAfter: number}>} */
  async function post(answer) {
    const abort = new AbortController();
    const timeout = setTimeout(() => abort.abort(), TIMEOUT);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ ...fields, ...answer }),
        keepalive: true,
        signal: abort.signal,
      });
      const retryAfter = Number(response.headers.get("Retry-After") ?? 0) * 1000;
      return { status: response.status, body: await response.json(), retryAfter };
    } finally {
      clearTimeout(timeout);
    }
  }

  function later(atLeast) {
    const jitter = 0.5 + Math.random(); // so that a hall does not come back in one moment
    timer = setTimeout(flush, atLeast + wait * jitter);
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }

  /** Send what is kept, one at a time, until all is settled or one has to wait. */
  async function flush() {
    clearTimeout(timer);
    if (sending) return;
    sending = true;
    try {
      while (answers.length > 0) {
        const answer = answers[0];
        const reply = await post(answer).catch(() => ({ status: 503, body: null, retryAfter: 0 }));
        if (isPassing(reply.status)) {
          on.waiting(answer);
          later(reply.retryAfter);
          return;
        }
        answers.shift();
        forget(answer);
        wait = FIRST_WAIT;
        on.settled(answer, reply);
      }
    } finally {
      sending = false;
    }
  }

  function flushNow() {
    wait = FIRST_WAIT;
    flush();
  }

  addEventListener("online", flushNow);
  addEventListener("pageshow", flushNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") flushNow();
  });

  return {
    /** @returns {readonly Answer[]} */
    get answers() {
      return answers;
    },
    /** @param {Answer} answer */
    send(answer) {
      answers.push(answer);
      keep(answer);
      flushNow();
    },
  };
}
