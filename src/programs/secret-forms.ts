/** Shorter pieces of encoded text are too common, and tell too little, to be looked for. */
const minEncodedLength = 8;

/**
 * What a program may write of a secret: itself first, then what one or two encodings in hex or base64 make of it. Readers take
 * off by themselves what JSON and addresses add on the outside, and know neither case nor which alphabet base64 has.
 */
export function* formsOf(secret: string): Iterable<Uint8Array> {
  const bytes = Buffer.from(secret);
  yield bytes;
  // Without halves of characters, which cannot be part of an address.
  const value = bytes.toString();
  const inJson = JSON.stringify(value).slice(1, -1);
  const sources = new Set([value, value.toUpperCase(), value.toLowerCase(), inJson, encodeURIComponent(value)]);
  for (const source of new Set([...sources, ...encodings(bytes), ...otherEncodings(bytes)])) {
    for (const form of encodings(Buffer.from(source))) if (form.length >= minEncodedLength) yield Buffer.from(form);
  }
}

/** In hex, and in base64 after zero, one or two bytes of something else, such as `user:`. */
function encodings(bytes: Buffer): readonly string[] {
  return [bytes.toString('hex'), ...[0, 1, 2].map((start) => base64From(bytes, start))];
}

/** The same to a reader who knows no case, nor which alphabet base64 has; not once they are encoded. */
function otherEncodings(bytes: Buffer): readonly string[] {
  return encodings(bytes).map((form, index) =>
    index === 0 ? form.toUpperCase() : form.replaceAll('+', '-').replaceAll('/', '_'),
  );
}

/** Without the characters that also depend on what is before it, or after it. */
function base64From(bytes: Buffer, start: number): string {
  const groups = Math.max(0, Math.floor((bytes.length - start) / 3));
  const whole = start === 0 ? bytes : bytes.subarray(start, start + groups * 3);
  return whole.toString('base64').replace(/=+$/, '');
}
