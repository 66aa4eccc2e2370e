/** The ways to read a text, one after the other, in the alphabet of `fold`; a 0 ends each. */
export interface Readings {
  readonly bytes: Buffer;
  /** Where each byte begins in the text. */
  readonly from: Uint32Array;
  /** Where each byte ends in the text. */
  readonly to: Uint32Array;
}

/** As it is, and with one and two layers of escapes taken off. */
export function readingsOf(text: Buffer): Readings {
  const plain = { bytes: text, from: Uint32Array.from(text.keys()), to: Uint32Array.from(text.keys(), (at) => at + 1) };
  const once = unescaped(plain);
  const twice = unescaped(once);
  return joined([plain, once, twice].filter(({ bytes }, index, all) => bytes.length !== all[index - 1]?.bytes.length));
}

/** Of white space, control characters and backslashes nothing is left; what differs in case, or in the alphabets of base64, is the same. */
const folded = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte <= 0x20 || byte === 0x7f) return 0;
  const character = String.fromCharCode(byte);
  const other = { '\\': '\0', '-': '+', _: '/' }[character] ?? character;
  return /[A-Z]/.test(other) ? byte + 0x20 : other.charCodeAt(0);
});

/** In lower case and the first alphabet of base64, without white space and backslashes. */
export function fold(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  let length = 0;
  for (const byte of bytes) {
    const kept = folded[byte] ?? 0;
    if (kept !== 0) result[length++] = kept;
  }
  return result.subarray(0, length);
}

function joined(all: readonly Readings[]): Readings {
  const size = all.reduce((sum, { bytes }) => sum + bytes.length + 1, 0);
  const result = createReadings(size);
  let length = 0;
  for (const { bytes, from, to } of all) {
    for (let at = 0; at < bytes.length; at += 1) {
      const kept = folded[bytes[at] ?? 0] ?? 0;
      if (kept === 0) continue;
      put(result, length, { byte: kept, from: from[at] ?? 0, to: to[at] ?? 0 });
      length += 1;
    }
    length += 1;
  }
  return part(result, length);
}

const escapes = /%(?<byte>[\da-f]{2})|\\x(?<hex>[\da-f]{2})|\\u(?<unit>[\da-f]{4})|\\[abefnrtv0]/gi;

/** Without the escapes of addresses, JSON and C; control characters are left out. */
function unescaped({ bytes, from, to }: Readings): Readings {
  const result = createReadings(bytes.length);
  let length = 0;
  let next = 0;
  function copyTo(end: number): void {
    for (; next < end; next += 1) {
      put(result, length, { byte: bytes[next] ?? 0, from: from[next] ?? 0, to: to[next] ?? 0 });
      length += 1;
    }
  }
  for (const {
    0: { length: width },
    index,
    groups = {},
  } of bytes.toString('latin1').matchAll(escapes)) {
    copyTo(index);
    next = index + width;
    for (const byte of meaningOf(groups)) {
      put(result, length, { byte, from: from[index] ?? 0, to: to[next - 1] ?? 0 });
      length += 1;
    }
  }
  copyTo(bytes.length);
  return part(result, length);
}

function meaningOf({ byte, hex, unit }: Record<string, string | undefined>): Iterable<number> {
  const code = byte ?? hex;
  if (code !== undefined) return [Number.parseInt(code, 16)];
  return unit === undefined ? [] : Buffer.from(String.fromCharCode(Number.parseInt(unit, 16)));
}

function createReadings(size: number): Readings {
  return { bytes: Buffer.alloc(size), from: new Uint32Array(size), to: new Uint32Array(size) };
}

function put({ bytes, from, to }: Readings, at: number, one: { byte: number; from: number; to: number }): void {
  bytes[at] = one.byte;
  from[at] = one.from;
  to[at] = one.to;
}

function part({ bytes, from, to }: Readings, length: number): Readings {
  return { bytes: bytes.subarray(0, length), from: from.subarray(0, length), to: to.subarray(0, length) };
}
