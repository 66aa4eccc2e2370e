import type { Secret } from '../model/credential.ts';
import { fold, readingsOf } from './readings.ts';
import { formsOf } from './secret-forms.ts';
import { indexParts, partLength } from './text-parts.ts';

/**
 * `text` with `[secret]` in place of every secret, and of every word with 12 characters of one: in any case, with white space
 * or backslashes in between, in percent signs or JSON, in hex or base64, and in two of these one within the other. Takes time
 * in proportion to the lengths of both. Never throws: of a text that cannot be cleaned nothing is left.
 * @param isCut whether more followed: then the end is left out, which may be the beginning of a secret
 */
export function scrub(text: string, secrets: readonly Secret[], isCut = false): string {
  if (text === '') return '';
  try {
    const bytes = Buffer.from(text);
    const hidden = hiddenIn(bytes, secrets);
    spread(hidden, bytes);
    return shown(isCut ? bytes.subarray(0, certainLength(bytes)) : bytes, hidden);
  } catch {
    return '';
  }
}

/** What of a text is hidden, byte by byte: 0 is nothing. */
const hiddenWhole = 1;
const hiddenPart = 2;

function hiddenIn(bytes: Buffer, secrets: readonly Secret[]): Uint8Array {
  const hidden = new Uint8Array(bytes.length);
  const readings = readingsOf(bytes);
  const parts = indexParts(readings.bytes);
  function hide(start: number, length: number, how: number): void {
    hidden.fill(how, readings.from[start], readings.to[start + length - 1]);
  }
  for (const secret of secrets) {
    for (const form of formsOf(secret.reveal())) {
      const folded = fold(form);
      if (folded.length >= partLength) parts.find(folded);
      else for (const start of placesOf(folded, readings.bytes)) hide(start, folded.length, hiddenWhole);
    }
  }
  for (const start of parts.found()) hide(start, partLength, hiddenPart);
  return hidden;
}

function* placesOf(form: Uint8Array, text: Buffer): Iterable<number> {
  if (form.length === 0) return;
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) yield at;
}

const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[\w+/=.~%-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const backslash = 0x5c;

/** Hides the rest of the words with parts, and the backslashes before what is hidden. */
function spread(hidden: Uint8Array, bytes: Uint8Array): void {
  function goesOn(from: number, to: number): boolean {
    return hidden[from] === hiddenPart && wordBytes[bytes[from] ?? 0] === 1 && wordBytes[bytes[to] ?? 0] === 1;
  }
  for (let at = 1; at < bytes.length; at += 1) {
    if (hidden[at] === 0 && goesOn(at - 1, at)) hidden[at] = hiddenPart;
  }
  for (let at = bytes.length - 2; at >= 0; at -= 1) {
    if (hidden[at] !== 0) continue;
    if (goesOn(at + 1, at)) hidden[at] = hiddenPart;
    else if (bytes[at] === backslash && hidden[at + 1] !== 0) hidden[at] = hiddenWhole;
  }
}

function shown(bytes: Buffer, hidden: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const isHidden = hidden[start] !== 0;
    let end = start + 1;
    while (end < bytes.length && (hidden[end] !== 0) === isHidden) end += 1;
    pieces.push(isHidden ? '[secret]' : bytes.toString('utf8', start, end));
    start = end;
  }
  return pieces.join('');
}

/** More than what is too short to be found takes, in whichever way it is written. */
const uncertainBytes = 128;

/** How much of a text that was cut is shown; white space does not count. */
function certainLength(bytes: Uint8Array): number {
  let end = bytes.length;
  for (let left = uncertainBytes; end > 0 && (left > 0 || (bytes[end] ?? 0) >> 6 === 0b10); end -= 1) {
    if ((bytes[end - 1] ?? 0) > 0x20) left -= 1;
  }
  return end;
}
