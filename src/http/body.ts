import type { BodyReader, FetchAnswer } from '../context.ts';
import { tooLargeFailure, truncatedFailure, type Failure } from './failure.ts';
import type { AnswerHeaders } from './request.ts';
import type { Watch } from './watch.ts';

const withoutBody = new Set([204, 205, 304]);

interface Begun {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: FetchAnswer['body'];
}

/** The body's bytes, or why they are not all there. A stream that breaks, and an aborted watch, reject. */
export async function readBody(
  answer: Begun,
  { maxBytes, watch }: { maxBytes: number; watch: Watch },
): Promise<Uint8Array | Failure> {
  const declared = declaredLength(answer);
  const reader = answer.body?.getReader();
  if (declared > maxBytes) {
    discard(reader);
    return tooLargeFailure(maxBytes);
  }
  const bytes = await readBounded(reader, { maxBytes, watch });
  if (bytes === null) return tooLargeFailure(maxBytes);
  return bytes.byteLength < declared ? truncatedFailure(undefined) : bytes;
}

/** 0 where nothing can be compared: `content-length` counts what was sent, and fetch has unpacked that already. */
function declaredLength({ status, headers }: Begun): number {
  const length = headers.get('content-length') ?? '';
  const packed = headers.has('content-encoding');
  return packed || withoutBody.has(status) || !/^\d+$/.test(length) ? 0 : Number(length);
}

async function readBounded(
  reader: BodyReader | undefined,
  { maxBytes, watch }: { maxBytes: number; watch: Watch },
): Promise<Uint8Array | null> {
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await watch.race(reader.read());
      if (done || value === undefined)
        return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
      size += value.byteLength;
      if (size > maxBytes) return null;
      chunks.push(value);
    }
  } finally {
    discard(reader);
  }
}

/** Lets go of the connection. That a broken stream cannot be cancelled any more is no news. */
function discard(reader: BodyReader | undefined): void {
  reader?.cancel().catch(() => undefined);
}
