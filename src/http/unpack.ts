import type { Transform } from 'node:stream';
import type * as zlibModule from 'node:zlib';

import type { BodyReader } from '../context.ts';

/** More is not read by global `fetch` either: every one can make a thousand times as much of what it is given. */
const mostCodings = 5;

type Zlib = typeof zlibModule;

const unpackers: ReadonlyMap<string, (zlib: Zlib) => Transform> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', unbrotli],
]);

// All are flushed at the end, as fetch does: what is whole but for its end may hold a credential, and HTTP says itself
// where an answer ends.

function gunzip({ constants: { Z_SYNC_FLUSH: flush }, createGunzip }: Zlib): Transform {
  return createGunzip({ flush, finishFlush: flush });
}

function inflate({ constants: { Z_SYNC_FLUSH: flush }, createInflate }: Zlib): Transform {
  return createInflate({ flush, finishFlush: flush });
}

function unbrotli({ constants, createBrotliDecompress }: Zlib): Transform {
  const flush = constants.BROTLI_OPERATION_FLUSH;
  return createBrotliDecompress({ flush, finishFlush: flush });
}

/**
 * A body without its content codings (`gzip, br`), the last of which was put on last; as it is where one of them is unknown. Others than gzip are not asked for, and come
 * all the same from gateways that do not care: the answer to a change comes only once.
 */
export async function unpack(packed: BodyReader, contentEncoding: string): Promise<BodyReader> {
  const codings = codingsOf(contentEncoding);
  const [first, ...others] = codings.map((coding) => unpackers.get(coding)).filter((one) => one !== undefined);
  const isKnown = others.length + 1 === codings.length && codings.length <= mostCodings;
  if (first === undefined || !isKnown) return packed;
  const [zlib, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  // What breaks is told by the stream that is read.
  let body = pipeline(piecesOf(packed), first(zlib), () => undefined);
  for (const create of others) body = pipeline(body, create(zlib), () => undefined);
  const pieces: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return {
    read: async () => {
      const { done = false, value } = await pieces.next();
      return { done, value };
    },
    cancel: () => {
      body.destroy();
      return packed.cancel();
    },
  };
}

async function* piecesOf(body: BodyReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await body.read();
    if (done || value === undefined) return;
    yield value;
  }
}

/** In lower case, the outermost first. */
function codingsOf(contentEncoding: string): string[] {
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  return codings.filter((coding) => coding !== '' && coding !== 'identity').toReversed();
}
