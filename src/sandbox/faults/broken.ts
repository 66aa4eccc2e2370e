/** What fetch rejects with when the peer resets the connection before it answered. */
export function connectionReset(): TypeError {
  return new TypeError('fetch failed', { cause: resetCause() });
}

function resetCause(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/** An answer that promises its whole body and breaks in the middle of it; one without a body comes as it is. */
export async function breakBody(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  return withLength(response, brokenStream(half(bytes)), bytes.length);
}

/** A complete answer with the first half of the body; one without a body comes as it is. */
export async function cutBody(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const bytes = half(new Uint8Array(await response.arrayBuffer()));
  return withLength(response, bytes, bytes.length);
}

function half(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function withLength(
  { status, headers }: Response,
  body: ReadableStream | Uint8Array<ArrayBuffer>,
  length: number,
): Response {
  const response = new Response(body, { status, headers });
  response.headers.set('content-length', String(length));
  return response;
}

/** Gives `bytes` and then breaks. Nothing is read ahead, because a stream that breaks discards what nobody has read yet. */
function brokenStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let isGiven = false;
  return new ReadableStream(
    {
      pull: (controller) => {
        if (isGiven) controller.error(new TypeError('terminated', { cause: resetCause() }));
        else controller.enqueue(bytes);
        isGiven = true;
      },
    },
    { highWaterMark: 0 },
  );
}

/** The page of a proxy that got no answer from the service behind it. */
export function gatewayPage(): Response {
  const html =
    '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n' +
    '<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';
  return new Response(html, { status: 502, headers: { 'content-type': 'text/html' } });
}
