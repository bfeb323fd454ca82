/** Runs in the stage's page: records when each word was seen with which count, and blank frames. */
() => {
  const cloud = document.getElementById("cloud");
  const { width, height } = cloud.getBoundingClientRect();
  const recorded = { width, height, seen: [], frames: 0, blank: 0, longest: 0 };
  window.recorded = recorded;

  let counts = new Map();
  new MutationObserver(() => {
    const at = (performance.timeOrigin + performance.now()) / 1000;
    const texts = [...cloud.querySelectorAll("text[data-word]")];
    const present = new Map(texts.map(({ dataset }) => [dataset.word, Number(dataset.count)]));
    for (const [word, count] of present) {
      if (counts.get(word) !== count) recorded.seen.push([at, word, count]);
    }
    for (const word of counts.keys()) {
      if (!present.has(word)) recorded.seen.push([at, word, 0]);
    }
    counts = present;
  }).observe(cloud, { subtree: true, childList: true, attributeFilter: ["data-word", "data-count"] });

  const isVisible = (text) => text.checkVisibility({ opacityProperty: true });
  let begun = false;
  let before = 0;
  function frame(now) {
    const visible = [...cloud.querySelectorAll("text")].some(isVisible);
    if (begun) {
      recorded.frames += 1;
      recorded.blank += visible ? 0 : 1;
      recorded.longest = Math.max(recorded.longest, now - before);
    }
    begun ||= visible;
    before = now;
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
};
