import type { Context } from '../../context.ts';
import { parseFields } from '../../model/account.ts';
import type { KeptDocument } from '../kept-document.ts';
import { largestValue, StateError, type StateStore } from '../store/store.ts';

const version = 1;

export interface SharedDocumentOptions extends Pick<Context, 'uuid' | 'sleep'> {
  readonly store: StateStore;
  readonly key: string;
}

/** How often other runs may be faster. Of those who change it at once, one is done each time. */
const mostTries = 100;

const pauseMs = 20;

/** A text in a store. Nothing is asked yet. */
export function openSharedDocument({ store, key, uuid, sleep }: SharedDocumentOptions): KeptDocument {
  const place = `${store.address}/${key}`;
  return {
    place,
    read: async () => {
      const found = await store.get(key);
      return found === null ? null : textIn(found.bytes, place);
    },
    update: async (change) => {
      for (let tries = 1; tries <= mostTries; tries += 1) {
        const found = await store.get(key);
        const next = change(found === null ? null : textIn(found.bytes, place));
        if (next === null) return;
        const bytes = documentBytes(next, uuid());
        if (bytes.length > largestValue) throw new StateError(`${place} would be larger than 512 KiB`);
        const done = await (found === null ? store.create(key, bytes) : store.replace(key, bytes, found.revision));
        if (done !== null) return;
        await sleep(pauseMs);
      }
      throw new StateError(`cannot change ${place}: other runs keep changing it`);
    },
  };
}

/** A line of its own for the stamp, by which no two values are the same, then the text. */
function documentBytes(text: string, stamp: string): Uint8Array {
  return Buffer.from(`${JSON.stringify({ v: version, stamp })}\n${text}`);
}

/** @throws StateError where it is none that this version can read */
function textIn(bytes: Uint8Array, place: string): string {
  const text = Buffer.from(bytes).toString();
  const end = text.indexOf('\n');
  const v = parseFields(text.slice(0, Math.max(end, 0)))?.['v'];
  if (typeof v === 'number' && v > version) {
    throw new StateError(`${place} was written by a newer sactl`, { hint: 'use that version' });
  }
  if (v !== version) throw new StateError(`${place} was not written by sactl`);
  return text.slice(end + 1);
}
