/* The libraries as live word clouds call them. Each engine takes [word, label, count] rows, most
   frequent first, and returns [word, label, count, middle x, baseline y, size] rows. */

const LEAST = 12; // px, as sites have it
const SHRINK = 0.93; // from one try to the next, until nothing is dropped
const FILL = 0.6; // of the area, for the first try

let before = new Map();
let scale = Infinity;

function reset() {
  before = new Map();
  scale = Infinity;
}

/** The size of the top word at which all boxes would fill so much of the area. */
function guess(tally, width, height) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "600 100px Anchor";
  const most = tally[0][2];
  const area = tally.reduce((sum, [, label, count]) => {
    const size = Math.sqrt(count / most);
    return sum + ((context.measureText(label).width + 6) / 100) * size * size;
  }, 0);
  const top = tally[0][1];
  const widest = (0.9 * width) / (context.measureText(top).width / 100);
  return Math.min(widest, Math.sqrt((FILL * width * height) / area));
}

const sizeOf = (count, most, top) => Math.max(LEAST, top * Math.sqrt(count / most));

function placed(tally, top, width, height, random) {
  const most = tally[0][2];
  return new Promise((resolve) => {
    const words = tally.map(([word, text, count]) => ({
      word,
      text,
      count,
      size: sizeOf(count, most, top),
    }));
    words.sort((one, other) => other.size - one.size);
    d3.layout
      .cloud()
      .size([width, height])
      .words(words)
      .font("Anchor")
      .fontWeight(600)
      .fontSize(({ size }) => size)
      .rotate(0)
      .padding(2)
      .random(random(words))
      .on("end", resolve)
      .start();
  });
}

const rows = (words, width, height) =>
  words.map(({ word, text, count, x, y, size }) => [word, text, count, x + width / 2, y + height / 2, size]);

async function fitted(tally, first, width, height, random) {
  for (let top = first; ; top *= SHRINK) {
    const words = await placed(tally, top, width, height, random);
    if (words.length === tally.length || top < LEAST) return { words, top };
  }
}

async function d3cloud(tally, width, height) {
  const { words } = await fitted(tally, guess(tally, width, height), width, height, () => Math.random);
  return rows(words, width, height);
}

/** Each word's spiral starts where the word was, through the one hook there is: d3-cloud asks for
    chance three times a word, for x, for y, and for the spiral's turn. */
async function d3cloudInPlace(tally, width, height) {
  const hook = (words) => {
    let asked = 0;
    return () => {
      const was = before.get(words[Math.floor(asked / 3)]?.word);
      const turn = asked++ % 3;
      if (!was || turn === 2) return turn === 2 ? 0 : Math.random();
      return turn === 0 ? (2 * was[0]) / width - 0.5 : (2 * was[1]) / height - 0.5;
    };
  };
  const first = Math.min(scale, guess(tally, width, height));
  const { words, top } = await fitted(tally, first, width, height, hook);
  scale = top;
  before = new Map(words.map(({ word, x, y }) => [word, [x + width / 2, y + height / 2]]));
  return rows(words, width, height);
}

function drawnOn(canvas, tally, top) {
  const byLabel = new Map(tally.map(([word, label, count]) => [label, [word, count]]));
  const found = [];
  const context = canvas.getContext("2d");
  const fillText = context.fillText.bind(context);
  context.fillText = (label, x, y) => {
    const { a, e, f } = context.getTransform();
    const size = parseFloat(/([\d.]+)px/.exec(context.font)[1]) * a;
    const middle = context.measureText(label);
    context.textBaseline = "alphabetic";
    const plain = context.measureText(label);
    context.textBaseline = "middle";
    const down = (plain.actualBoundingBoxAscent - middle.actualBoundingBoxAscent) * a;
    const [word, count] = byLabel.get(label);
    found.push([word, label, count, e + (x + plain.width / 2) * a, f + y * a + down, size]);
    fillText(label, x, y);
  };
  return new Promise((resolve) => {
    canvas.addEventListener("wordcloudstop", () => resolve(found), { once: true });
    const most = tally[0][2];
    WordCloud(canvas, {
      list: tally.map(([, label, count]) => [label, count]),
      fontFamily: "Anchor",
      fontWeight: 600,
      gridSize: 8,
      rotateRatio: 0,
      weightFactor: (count) => sizeOf(count, most, top),
      shrinkToFit: false,
      drawOutOfBound: false,
    });
  });
}

async function wordcloud2(tally, width, height) {
  for (let top = guess(tally, width, height); ; top *= SHRINK) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const found = await drawnOn(canvas, tally, top);
    if (found.length === tally.length || top < LEAST) return found;
  }
}
