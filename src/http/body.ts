import { tooLargeFailure, truncatedFailure, type Failure } from './failure.ts';
import type { Watch } from './watch.ts';

const withoutBody = new Set([204, 205, 304]);

/** The body's bytes, or why they are not all there. A stream that breaks, and an aborted watch, reject. */
export async function readBody(
  response: Response,
  { maxBytes, watch }: { maxBytes: number; watch: Watch },
): Promise<Uint8Array | Failure> {
  const declared = declaredLength(response);
  if (declared > maxBytes) {
    discard(response.body);
    return tooLargeFailure(maxBytes);
  }
  const bytes = await readBounded(response.body, { maxBytes, watch });
  if (bytes === null) return tooLargeFailure(maxBytes);
  return bytes.byteLength < declared ? truncatedFailure(undefined) : bytes;
}

/** 0 where nothing can be compared: `content-length` counts what was sent, and fetch has unpacked that already. */
function declaredLength(response: Response): number {
  const length = response.headers.get('content-length') ?? '';
  const packed = response.headers.has('content-encoding');
  return packed || withoutBody.has(response.status) || !/^\d+$/.test(length) ? 0 : Number(length);
}

async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes, watch }: { maxBytes: number; watch: Watch },
): Promise<Uint8Array | null> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await watch.race(reader.read());
      if (done) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
      size += value.byteLength;
      if (size > maxBytes) return null;
      chunks.push(value);
    }
  } finally {
    discard(reader);
  }
}

/** Lets go of the connection. That a broken stream cannot be cancelled any more is no news. */
function discard(stream: { cancel: () => Promise<void> } | null): void {
  stream?.cancel().catch(() => undefined);
}
