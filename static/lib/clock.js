/** A step's clock, by the server's time: the own clock may be wrong by hours. */

const SLEPT = 2; // seconds between two readings of the server's clock that no delay explains
const LAST_MINUTE = 60; // seconds

const own = () => performance.now() / 1000;

/** @param {number} seconds */
function written(seconds) {
  const whole = Math.abs(seconds);
  const text = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return seconds < 0 ? `+${text}` : text;
}

/**
 * How a clock stands with so many seconds left; "minute" while the last one runs and has its sign.
 * @returns {"" | "not_started" | "paused" | "left" | "minute" | "over"} "" without a clock
 */
function stateOf({ clock, minute_sign }, /** @type {number} */ seconds) {
  if (clock === null) return "";
  if (seconds < 0) return "over";
  if (clock.since === null) return clock.left === clock.seconds ? "not_started" : "paused";
  return minute_sign && seconds <= LAST_MINUTE ? "minute" : "left";
}

/**
 * @param {(text: string, state: ReturnType<typeof stateOf>) => void} show
 *   called with every status, and whenever the text is another, such as "6:40" or, over time,
 *   "+0:12"; "" without a clock
 */
export function createClock(show) {
  /** @type {any} */
  let status;
  let ahead = -Infinity; // of the server's clock, in seconds
  let timer = 0;

  /** A message comes late, never early: the one that puts the server's clock ahead is the best. */
  function hear(/** @type {number} */ now) {
    const sample = now - own();
    ahead = Math.abs(sample - ahead) > SLEPT ? sample : Math.max(ahead, sample);
  }

  function tick() {
    clearTimeout(timer);
    const { clock } = status;
    const running = clock !== null && clock.since !== null;
    const left = clock ? clock.left - (running ? own() + ahead - clock.since : 0) : 0;
    const seconds = Math.ceil(left);
    show(clock ? written(seconds) : "", stateOf(status, seconds));
    if (running) timer = setTimeout(tick, 1000 * (left - seconds + 1) + 1);
  }

  return {
    /**
     * @param {{clock: {left: number, since: number | null, seconds: number | null} | null,
     *   minute_sign: boolean, now: number}} news
     */
    set(news) {
      hear(news.now);
      status = news;
      tick();
    },
  };
}
