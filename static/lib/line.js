/**
 * A phone's line for news: as much of Socket.IO as it needs, a tenth of the client's size. Where no
 * websocket gets through, the whole client takes over, with its long polling.
 */

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 5000;
const TRIES = 3; // without ever a connection, before the whole client is fetched

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
  /** @type {WebSocket} */
  let socket;
  let wait = FIRST_WAIT;
  let failed = 0;
  let retry = 0;
  let silence = 0;
  let patience = LONGEST_WAIT; // ms without a word from the server

  function connect() {
    clearTimeout(retry);
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = later;
    listen();
  }

  /** A line that only looks alive may take minutes to close: do not wait for it. */
  function drop() {
    socket.onclose = socket.onmessage = null;
    socket.close();
    later();
  }

  function receive(/** @type {string} */ data) {
    if (data.startsWith("0")) {
      const { pingInterval, pingTimeout } = JSON.parse(data.slice(1));
      patience = pingInterval + pingTimeout;
      socket.send("40");
    } else if (data.startsWith("40")) {
      failed = -Infinity;
      wait = FIRST_WAIT;
      ask();
    } else if (data.startsWith("42")) {
      const [name, message] = JSON.parse(data.slice(2));
      messages[name]?.(message);
    } else if (data === "2") socket.send("3");
    listen();
  }

  let ask = () => {
    if (socket.readyState !== WebSocket.OPEN) return;
    const watch = { room, as: role, since: 0, table: table(), participant };
    socket.send(`42${JSON.stringify(["watch", watch])}`);
  };

  function listen() {
    clearTimeout(silence);
    silence = setTimeout(drop, patience);
  }

  async function later() {
    clearTimeout(silence);
    if (++failed >= TRIES) {
      const whole = await import("./socket.js").catch(() => null);
      if (whole) {
        stop();
        ask = whole.watchRoom(room, role, { messages, table, participant });
        return;
      }
    }
    retry = setTimeout(connect, wait * (0.5 + Math.random()));
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }

  function wake() {
    if (document.visibilityState !== "visible") return;
    if (socket.readyState === WebSocket.CLOSED) connect();
    else ask();
  }

  const wakers = /** @type {[EventTarget, string][]} */ ([
    [document, "visibilitychange"],
    [window, "pageshow"],
    [window, "online"],
  ]);
  for (const [target, name] of wakers) target.addEventListener(name, wake);
  function stop() {
    for (const [target, name] of wakers) target.removeEventListener(name, wake);
  }
  connect();
  return () => ask();
}
