/** As a pipe gives it: no piece ends where a line does. */
export async function* piecesOf(given: string): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(given);
  for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
}
