/**
 * The line on which the server sends news of a room. It comes back by itself; whoever listens says
 * then what it has (`since`) and gets what it lacks.
 */

import { io } from "../vendor/socket.io-4.8.4.esm.min.js";

/**
 * @param {string} room
 * @param {"stage" | "phone" | "coach"} role
 * @param {{since?: () => number, table?: () => number | null, participant?: string,
 *   messages: Record<string, (message: any) => void>, connected?: (is: boolean) => void}} listener
 * @returns {() => void} asks anew, for when the table is another
 */
export function watchRoom(room, role, listener) {
  const { since = () => 0, table = () => null, participant } = listener;
  const { messages, connected = () => {} } = listener;
  const socket = io({
    transports: ["websocket", "polling"], // polling first costs each phone three more requests
    tryAllTransports: true,
    reconnectionDelay: 300,
    reconnectionDelayMax: 2000,
    randomizationFactor: 0.5,
    timeout: 5000,
  });
  const ask = () =>
    socket.emit("watch", { room, as: role, since: since(), table: table(), participant });
  // The client library gives up when the server says goodbye or no. While it has not given up,
  // to connect is to say hello twice on one line, which makes the server say no.
  const again = () => {
    if (!socket.active) socket.connect();
  };
  socket.on("connect", () => {
    connected(true);
    ask();
  });
  socket.on("disconnect", () => {
    connected(false);
    again();
  });
  socket.on("connect_error", () => setTimeout(again, 1000));
  for (const [name, receive] of Object.entries(messages)) socket.on(name, receive);

  // A phone that slept may hold a line that only looks alive.
  const wake = () => {
    if (document.visibilityState !== "visible") return;
    if (socket.connected) ask();
    else again();
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", wake);
  addEventListener("online", wake);
  return ask;
}
