/** Shorter pieces of a secret tell too little, and stand in other texts, too. */
export const partLength = 12;

/** The parts of a text: each 12 bytes of it without a 0. */
export interface Parts {
  /** Notes which of them are in this, too. */
  readonly find: (bytes: Uint8Array) => void;
  /** Where those begin that were found. */
  readonly found: () => Iterable<number>;
}

/** Text, and what is looked for, are gone through once: parts are compared by a number that the next one is made from. */
export function indexParts(text: Uint8Array): Parts {
  const table = createTable(text);
  /** Where the first part begins that is the same; -1 where none begins. */
  const first = new Int32Array(text.length).fill(-1);
  forEachPart(text, (start, hash) => {
    first[start] = table.add(start, hash);
  });
  const isFound = new Uint8Array(text.length);
  return {
    find: (bytes) => {
      forEachPart(bytes, (start, hash) => {
        const at = table.find(bytes, start, hash);
        if (at !== -1) isFound[at] = 1;
      });
    },
    found: function* found() {
      for (const [start, at] of first.entries()) if (at !== -1 && isFound[at] === 1) yield start;
    },
  };
}

interface Table {
  /** @returns where the first part begins that is the same */
  readonly add: (start: number, hash: number) => number;
  /** The same for a part of other bytes; -1 where there is none. */
  readonly find: (bytes: Uint8Array, start: number, hash: number) => number;
}

/** Open addressing; most of the places stay free. */
function createTable(text: Uint8Array): Table {
  const bits = Math.ceil(Math.log2(Math.max(2, text.length))) + 2;
  const starts = new Int32Array(2 ** bits).fill(-1);
  const hashes = new Int32Array(2 ** bits);
  function isSame(bytes: Uint8Array, start: number, at: number): boolean {
    for (let offset = 0; offset < partLength; offset += 1) {
      if (bytes[start + offset] !== text[at + offset]) return false;
    }
    return true;
  }
  /** Its place, or the free one where it would be. */
  function placeOf(bytes: Uint8Array, start: number, hash: number): number {
    let place = Math.imul(hash, 0x9e3779b1) >>> (32 - bits);
    for (let at = starts[place] ?? -1; at !== -1; at = starts[place] ?? -1) {
      if (hashes[place] === hash && isSame(bytes, start, at)) break;
      place = (place + 1) & (starts.length - 1);
    }
    return place;
  }
  return {
    add: (start, hash) => {
      const place = placeOf(text, start, hash);
      if (starts[place] === -1) {
        starts[place] = start;
        hashes[place] = hash;
      }
      return starts[place] ?? start;
    },
    find: (bytes, start, hash) => starts[placeOf(bytes, start, hash)] ?? -1,
  };
}

const factor = 0x01000193;
const farthest = Array.from({ length: partLength }).reduce<number>((power) => Math.imul(power, factor), 1);

/** A rolling hash (Rabin and Karp): one byte comes, the farthest goes. */
function forEachPart(bytes: Uint8Array, work: (start: number, hash: number) => void): void {
  let hash = 0;
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) {
      hash = 0;
      length = 0;
      continue;
    }
    hash = (Math.imul(hash, factor) + byte) | 0;
    length += 1;
    if (length > partLength) hash = (hash - Math.imul(farthest, bytes[at - partLength] ?? 0)) | 0;
    if (length >= partLength) work(at - partLength + 1, hash);
  }
}
