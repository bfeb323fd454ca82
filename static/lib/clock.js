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
 * @param {(text: string, is: {over: boolean, running: boolean, lastMinute: boolean}) => void} show
 *   called with the text, such as "6:40" or, over time, "+0:12", "" without a clock: for each status,
 *   since what stands about a clock hangs on the step too, and whenever the text is another
 */
export function createClock(show) {
  /** @type {{left: number, since: number | null} | null} */
  let clock = null;
  let ahead = -Infinity; // of the server's clock, in seconds
  let timer = 0;
  let shown = "";

  /** A message comes late, never early: the one that puts the server's clock ahead is the best. */
  function hear(/** @type {number} */ now) {
    const sample = now - own();
    ahead = Math.abs(sample - ahead) > SLEPT ? sample : Math.max(ahead, sample);
  }

  function tick() {
    clearTimeout(timer);
    const running = clock !== null && clock.since !== null;
    const left = clock ? clock.left - (running ? own() + ahead - Number(clock.since) : 0) : 0;
    const seconds = Math.ceil(left);
    const text = clock ? written(seconds) : "";
    const is = { over: seconds < 0, running, lastMinute: seconds >= 0 && seconds <= LAST_MINUTE };
    if (`${text} ${running}` !== shown) {
      shown = `${text} ${running}`;
      show(text, is);
    }
    if (running) timer = setTimeout(tick, 1000 * (left - seconds + 1) + 1);
  }

  return {
    /** @param {{clock: {left: number, since: number | null} | null, now: number}} status */
    set(status) {
      hear(status.now);
      clock = status.clock;
      shown = "";
      tick();
    },
  };
}
