import { createHash } from 'node:crypto';

import { largestValue, type StateStore } from './store.ts';

const longestKey = 512;
const longestSegment = 200;

/** File systems do not tell `A` from `a`, and Windows takes `con` for a device and drops a dot at the end. */
const segmentRule = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9_=-](?:[a-z0-9._=-]*[a-z0-9_=-])?$/;

/**
 * Any text as one segment of a key, e.g. `CI deploy` as `=43=49=20deploy`: different texts give different segments on every
 * store. A very long one ends in its SHA-256.
 */
export function keySegment(text: string): string {
  const coded = encode(text, /[a-z0-9_-]/);
  const segment = segmentRule.test(coded) ? coded : encode(text, /[0-9_-]/);
  if (segment !== '' && segment.length <= longestSegment) return segment;
  const hash = createHash('sha256').update(text).digest('hex');
  return `${segment.slice(0, longestSegment - hash.length - 2)}==${hash}`;
}

function encode(text: string, plain: RegExp): string {
  return Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCodePoint(byte);
    return plain.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

/** The store, with verbs that throw where a key, a prefix or a value is none: that is a mistake of the program. */
export function checkedStore(store: StateStore): StateStore {
  return {
    ...store,
    get: async (key) => store.get(checkedKey(key)),
    create: async (key, bytes) => store.create(checkedKey(key), checkedValue(bytes)),
    replace: async (key, bytes, revision) => store.replace(checkedKey(key), checkedValue(bytes), revision),
    remove: async (key, revision) => store.remove(checkedKey(key), revision),
    list: async (prefix) => store.list(checkedPrefix(prefix)),
  };
}

/** Whether a name that a store lists can be one of ours. */
export function isKey(name: string): boolean {
  return name.length <= longestKey && name.split('/').every(isSegment);
}

function checkedKey(key: string): string {
  if (isKey(key)) return key;
  throw new Error(`${JSON.stringify(key)} is no key of a state store`);
}

function isSegment(text: string): boolean {
  return segmentRule.test(text) && text.length <= longestSegment;
}

function checkedPrefix(prefix: string): string {
  if (prefix === '') return prefix;
  if (!prefix.endsWith('/')) throw new Error(`the prefix ${JSON.stringify(prefix)} does not end in "/"`);
  checkedKey(prefix.slice(0, -1));
  return prefix;
}

function checkedValue(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 0 && bytes.length <= largestValue) return bytes;
  throw new Error(`a value of a state store has 1 to ${largestValue} bytes, and not ${bytes.length}`);
}
