const HUES = 6;

/** A word keeps its colour for ever and in every view: it follows from the word alone (FNV-1a). */
export function hue(/** @type {string} */ word) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(word)) hash = Math.imul(hash ^ byte, 0x01000193);
  return `hue-${((hash >>> 0) >>> 8) % HUES}`;
}
