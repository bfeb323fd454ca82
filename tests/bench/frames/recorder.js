/** Runs in a page: resolves with the milliseconds between its frames for so many seconds. */
(seconds) =>
  new Promise((done) => {
    const intervals = [];
    let first = 0;
    let before = 0;
    function frame(now) {
      if (before) intervals.push(now - before);
      first ||= now;
      before = now;
      if (now - first < seconds * 1000) requestAnimationFrame(frame);
      else done(intervals);
    }
    requestAnimationFrame(frame);
  });
