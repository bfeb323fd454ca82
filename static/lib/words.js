/** Every word that the stage shows, those too that the cloud has no room for. */

const OFTEN = 5000; // ms between askings while answers come in
const AGAIN = 1000; // ms after one that failed

/**
 * @param {string} code
 * @param {(words: {word: string, label: string, count: number}[]) => void} show
 * @returns {(header: any) => void} to be told of each message; from the first on, words are shown
 */
export function followWords(code, show) {
  let header = { step: 0, decisions: -1, concealed: false };
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

  return (message) => {
    const before = header;
    header = message;
    if (message.concealed || message.step !== before.step) show([]);
    if (message.decisions !== before.decisions) ask();
    else timer ||= setTimeout(ask, OFTEN);
  };
}
