/**
 * A phone's line for news: as much of Socket.IO as it needs, a tenth of the client's size. Where no
 * websocket gets through, the whole client takes over, with its long polling.
 */

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 5000;
const TRIES = 3; // without a connection, before the whole client is fetched
const HEAD_START = 10; // more, after a connection: it is the server that is away, most likely

/**
 * @param {string} room
 * @param {"phone"} role
 * @param {{messages: Record<string, (message: any) => void>, table?: () => number | null,
 *   participant?: string}} listener
 *   `table` is of whose answers there is to be news too, if the `participant`, whose token is only
 *   sent where it may be that no cookie is kept, sits there
 * @returns {() => void} asks anew, for when the table is another
 */
export function watchRoom(room, role, { messages, table = () => null, participant }) {
  const url = `${location.origin.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`;
  /** @type {WebSocket | null} */
  let socket = null;
  let wait = FIRST_WAIT;
  let failed = 0;
  let retry = 0;
  let silence = 0;
  let patience = LONGEST_WAIT; // ms without a word from the server
  let isFetching = false; // the whole client
  let fetches = 0;

  function connect() {
    clearTimeout(retry);
    leave();
    patience = LONGEST_WAIT;
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = later;
    listen(patience);
  }

  /** A line that only looks alive may take minutes to close: do not wait for it. */
  function leave() {
    if (!socket) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
  }

  function drop() {
    leave();
    later();
  }

  function receive(/** @type {string} */ data) {
    if (data.startsWith("0")) {
      const { pingInterval, pingTimeout } = JSON.parse(data.slice(1));
      patience = pingInterval + pingTimeout;
      say("40");
    } else if (data.startsWith("40")) {
      failed = -HEAD_START;
      wait = FIRST_WAIT;
      ask();
    } else if (data.startsWith("42")) {
      const [name, message] = JSON.parse(data.slice(2));
      messages[name]?.(message);
    } else if (data === "2") say("3");
    listen(patience);
  }

  function say(/** @type {string} */ packet) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(packet);
  }

  let ask = () => {
    const watch = { room, as: role, since: 0, table: table(), participant };
    say(`42${JSON.stringify(["watch", watch])}`);
  };

  function listen(/** @type {number} */ most) {
    clearTimeout(silence);
    silence = setTimeout(drop, most);
  }

  async function later() {
    clearTimeout(silence);
    if (++failed >= TRIES && (await takeOver())) return;
    retry = setTimeout(connect, wait * (0.5 + Math.random()));
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }

  /** @returns {Promise<boolean>} whether the whole client has taken over */
  async function takeOver() {
    isFetching = true;
    // Of another version each time: many a browser asks no more for what it once failed to import.
    const from = import.meta.url.replace("/lib/line.js", `.${++fetches}/lib/socket.js`);
    const whole = await import(from).catch(() => null);
    isFetching = false;
    if (!whole) return false;
    for (const [target, name] of wakers) target.removeEventListener(name, wake);
    ask = whole.watchRoom(room, role, { messages, table, participant });
    return true;
  }

  function wake() {
    if (document.visibilityState !== "visible" || isFetching) return;
    if (!socket || socket.readyState > WebSocket.OPEN) connect();
    else if (socket.readyState === WebSocket.OPEN) {
      ask();
      listen(LONGEST_WAIT); // it is always answered
    }
  }

  const wakers = /** @type {[EventTarget, string][]} */ ([
    [document, "visibilitychange"],
    [window, "pageshow"],
    [window, "online"],
  ]);
  for (const [target, name] of wakers) target.addEventListener(name, wake);
  connect();
  return () => ask();
}
