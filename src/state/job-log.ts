import { stripVTControlCharacters, TextDecoder } from 'node:util';

import { ArmoredLines } from './armored-lines.ts';

/** A sealed text in a log, and the line where it begins, from 1. */
export interface FoundCapsule {
  readonly line: number;
  /** What its lines may come to, the likeliest first; an age file tells by itself whether it is whole. Empty: it is cut off. */
  readonly readings: readonly Uint8Array[];
}

const begin = '-----BEGIN AGE ENCRYPTED FILE-----';
const end = '-----END AGE ENCRYPTED FILE-----';

/** Lines that are longer hold no capsule, whatever stands before it. */
const longestLine = 64 * 1024;

/** Finds the sealed texts in the log of a job, whatever its CI system puts before lines, or between them. */
export class JobLogReader {
  readonly #found: FoundCapsule[] = [];
  /** Those whose end was not seen yet. */
  #open: ArmoredLines[] = [];
  /** Null for bytes of any encoding in which ASCII is itself; what PowerShell redirects into a file is UTF-16. */
  #decoder: TextDecoder | null = null;
  #isBegun = false;
  #rest = '';
  #line = 0;

  /** Takes the next bytes of the log, and gives the capsules that end in them. */
  take(bytes: Uint8Array): readonly FoundCapsule[] {
    if (!this.#isBegun && bytes[0] === 0xff && bytes[1] === 0xfe) this.#decoder = new TextDecoder('utf-16le');
    this.#isBegun = true;
    const text = this.#decoder?.decode(bytes, { stream: true }) ?? Buffer.from(bytes).toString('latin1');
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = (lines.pop() ?? '').slice(-longestLine);
    for (const line of lines) this.#read(line);
    return this.#found.splice(0);
  }

  /** The log has ended: gives what ended with it, or was cut off by it. */
  close(): readonly FoundCapsule[] {
    this.#read(this.#rest);
    for (const { line } of this.#open.splice(0)) this.#found.push({ line, readings: [] });
    return this.#found.splice(0);
  }

  #read(raw: string): void {
    this.#line += 1;
    // Most lines of a log are not looked at again.
    if (this.#open.length === 0 && !raw.includes(begin)) return;
    // What a carriage return goes back over is a line of its own, as GitLab's section markers are.
    for (const line of stripped(raw).split('\r')) this.#readPart(line.trimEnd());
  }

  #readPart(written: string): void {
    const line = written.replace(jsonBefore, '').replace(jsonAfter, '');
    if (line.endsWith(begin)) {
      this.#begin(line.slice(0, -begin.length));
      return;
    }
    const ended = line.endsWith(end) ? this.#ownerOf(line, line.slice(0, -end.length)) : null;
    if (ended !== null) {
      this.#open = this.#open.filter((one) => one !== ended);
      this.#found.push({ line: ended.line, readings: ended.readings() });
      return;
    }
    this.#ownerOf(line, null)?.add(line);
  }

  /** The same writer begins anew only where its last one was cut off. */
  #begin(prefix: string): void {
    const cut = this.#open.filter((one) => one.isSamePrefix(prefix));
    this.#open = this.#open.filter((one) => !cut.includes(one));
    for (const { line } of cut) this.#found.push({ line, readings: [] });
    this.#open.push(new ArmoredLines(prefix, this.#line));
  }

  /** Whose line it is: that of the same writer, else that of the only one there is. */
  #ownerOf(line: string, prefix: string | null): ArmoredLines | null {
    const same = this.#open.find((one) => (prefix === null ? one.owns(line) : one.isSamePrefix(prefix)));
    return same ?? (this.#open.length === 1 ? (this.#open[0] ?? null) : null);
  }
}

/** Where JSON was asked for, each line of a sealed text is an object; a log may wrap it. */
const jsonBefore = '{"capsule":"';
const jsonAfter = /"\}?$/;

const escape = '\u001B';
const bell = '\u0007';

/** What is for programs, such as Buildkite's times: it ends with a bell or a string terminator. */
const programCommand = new RegExp(String.raw`${escape}[_^PX][^${bell}${escape}]*(?:${bell}|${escape}\\)`, 'g');

/** Without colours, links and all else that is not seen. */
function stripped(line: string): string {
  const bare = line.replaceAll(programCommand, '');
  return stripVTControlCharacters(bare).replaceAll(/[^\P{Cc}\r\t]/gu, '');
}
