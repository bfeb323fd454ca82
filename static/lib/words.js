/** Every word that the stage shows, those too that the cloud has no room for. */

const OFTEN = 5000; // ms between askings while answers come in
const AGAIN = 1000; // ms after one that failed

/**
 * @param {string} code
 * @param {(words: {word: string, label: string, count: number}[]) => void} show
 * @returns {(header: any, seen: boolean) => void} to be told of each message; words are shown from
 *   the first on while somebody sees them
 */
export function followWords(code, show) {
  let header = { step: 0, decisions: -1, concealed: false };
  let paused = false;
  let timer = 0;
  let asking = new AbortController();

  async function ask() {
    clearTimeout(timer);
    timer = 0;
    asking.abort(); // only what was asked last counts
    const { signal } = (asking = new AbortController());
    try {
      const response = await fetch(`/${code}/words.json`, { signal });
      if (!response.ok) throw new Error(`words.json: ${response.status}`);
      const { words } = await response.json();
      if (!signal.aborted) show(words);
    } catch (error) {
      if (signal.aborted) return;
      console.warn("the words could not be asked for:", error);
      timer ||= setTimeout(ask, AGAIN);
    }
  }

  return (message, seen) => {
    const before = header;
    const resumed = paused;
    paused = !seen;
    if (paused) return;
    header = message;
    const decided = message.decisions !== before.decisions;
    // What the coach hid meanwhile must not be seen until the server has said what is left.
    if (message.concealed || message.step !== before.step || (resumed && decided)) show([]);
    if (decided) ask();
    else timer ||= setTimeout(ask, OFTEN);
  };
}
