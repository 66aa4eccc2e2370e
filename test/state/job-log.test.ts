// @module-tag slow
import { describe, expect, it } from 'vitest';

import { JobLogReader, type FoundCapsule } from '../../src/state/job-log.ts';
import { openOpener, openSealer } from '../../src/state/seal.ts';
import { Secret } from '../../src/model/credential.ts';
import { breakGlass, ops } from '../harness/age.ts';

const opener = openOpener({ name: 'test', read: () => Promise.resolve(new Secret(ops.identity)) });

/** The sealed text of a message that takes some lines. */
async function sealed(message: string): Promise<readonly string[]> {
  const { seal } = await openSealer([ops.recipient, breakGlass.recipient]);
  return (await seal(Buffer.from(message))).trimEnd().split('\n');
}

const message = `an entry with everything in it: ${'0123456789'.repeat(30)}`;

/** What is found in a log, which comes in pieces of this many bytes. */
function read(log: string | Uint8Array, size = 777): readonly FoundCapsule[] {
  const reader = new JobLogReader();
  const bytes = Buffer.from(log);
  const found: FoundCapsule[] = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...reader.take(bytes.subarray(at, at + size)));
  return [...found, ...reader.close()];
}

/** The first reading that opens; null where none does. */
async function opened({ readings }: FoundCapsule): Promise<string | null> {
  for (const reading of readings) {
    const bytes = await opener.open(reading).catch(() => null);
    if (bytes !== null) return Buffer.from(bytes).toString();
  }
  return null;
}

async function messagesIn(log: string | Uint8Array, size?: number): Promise<readonly (string | null)[]> {
  return Promise.all(read(log, size).map(opened));
}

/** A time that goes on by some milliseconds, with so many digits. */
function time(index: number, digits: number): string {
  const fraction = String(index * 1_234_567 + 1)
    .padStart(digits, '0')
    .slice(0, digits);
  return `2026-11-29T16:41:${String(index % 60).padStart(2, '0')}.${fraction}`;
}

/** As Go prints times: without zeros at the end. */
function goTime(index: number): string {
  return index % 3 === 0 ? `2026-11-29T16:41:0${String(index % 10)}Z` : `${time(index, 3 + (index % 5))}Z`;
}

type Decorate = (line: string, index: number) => string;

/** GitLab goes on with a line by a plus sign where its runner got it in pieces. */
function gitlabPieces(line: string, index: number): string {
  if (line.length < 40 || line.includes('-----')) return `${time(index, 6)}Z 01E ${line}`;
  return `${time(index, 6)}Z 01E ${line.slice(0, 20)}\n${time(index, 6)}Z 01E+${line.slice(20)}`;
}

const systems: readonly (readonly [name: string, Decorate])[] = [
  ['nothing', (line) => line],
  ['GitHub Actions', (line, index) => `${time(index, 7)}Z ${line}`],
  ['GitHub Actions, with the job and the step', (line, index) => `deploy\tRotate\t${time(index, 7)}Z ${line}`],
  ['GitLab with time stamps', (line, index) => `${time(index, 6)}Z 01E ${line}`],
  ['GitLab in pieces', gitlabPieces],
  ['Azure Pipelines', (line, index) => `${time(index, 7)}Z ${line}`],
  ['Jenkins', (line, index) => `[${time(index, 3)}Z] ${line}`],
  ['Jenkins with the time of day', (line, index) => `16:41:${String(index % 60).padStart(2, '0')}  ${line}`],
  ['Buildkite', (line, index) => `\u001B_bk;t=17331${String(index).padStart(8, '0')}\u0007${line}`],
  ['TeamCity', (line, index) => `[16:41:${String(index % 60).padStart(2, '0')}]W:\t [Step 1/3] ${line}`],
  ['docker build', (line, index) => `#12 ${String(index)}.${String(index * 7)} ${line}`],
  ['docker logs', (line, index) => `${goTime(index)} ${line}`],
  ['docker compose', (line) => `runner-1  | ${line}`],
  ['colours', (line) => `\u001B[36;1m${line}\u001B[0m`],
  ['CRLF', (line) => `${line}\r`],
  ['sections of GitLab', (line, index) => (index % 4 === 0 ? `section_end:17329:x\r\u001B[0K${line}` : line)],
  ['the sandbox', (line) => `[sandbox] ${line}`],
  ['quotes', (line) => `> | ${line}`],
];

describe('a sealed copy is found', () => {
  it.each(systems)('behind what stands before lines: %s', async (_, decorate) => {
    const lines = ['building', ...(await sealed(message)), 'done'];
    expect(await messagesIn(`${lines.map(decorate).join('\n')}\n`)).toEqual([message]);
  });

  it.each(systems)('with lines of others among its own: %s', async (_, decorate) => {
    const noise = ['##[group]Run make', '::endgroup::', 'Done', 'exit code 0', '', 'a line with words', '100%'];
    const lines = (await sealed(message)).flatMap((line, index) => [line, noise[index % noise.length] ?? '']);
    expect(await messagesIn(lines.map(decorate).join('\n'))).toEqual([message]);
  });

  it.each([60, 80, 100])('in lines that were wrapped at %d characters', async (columns) => {
    const lines = (await sealed(message)).map((line, index) => `${time(index, 7)}Z ${line}`);
    const wrapped = lines.flatMap((line) =>
      line.includes('-----') ? [line] : (line.match(new RegExp(`.{1,${String(columns)}}`, 'g')) ?? []),
    );
    expect(await messagesIn(wrapped.join('\n'))).toEqual([message]);
  });

  it.each(systems)('each in an object of JSON: %s', async (_, decorate) => {
    const lines = (await sealed(message)).map((line) => JSON.stringify({ capsule: line }));
    expect(await messagesIn(lines.map(decorate).join('\n'))).toEqual([message]);
  });

  it.each([60, 70, 77])('each in an object of JSON, wrapped at %d characters', async (columns) => {
    const lines = (await sealed(message)).map((line) => JSON.stringify({ capsule: line }));
    const wrapped = lines.flatMap((line) => line.match(new RegExp(`.{1,${String(columns)}}`, 'g')) ?? []);
    expect(await messagesIn(wrapped.join('\n'))).toEqual([message]);
  });

  it('in lines that were wrapped narrowly, without anything before them', async () => {
    const lines = (await sealed(message)).flatMap((line) => line.match(/.{1,40}/g) ?? []);
    expect(await messagesIn(lines.join('\n'))).toEqual([message]);
  });

  it('in a file of UTF-16, as PowerShell writes it', async () => {
    const text = `\uFEFFbuilding\r\n${(await sealed(message)).join('\r\n')}\r\n`;
    expect(await messagesIn(Buffer.from(text, 'utf16le'), 501)).toEqual([message]);
  });

  it('beside bytes that are no text', async () => {
    const log = Buffer.concat([Buffer.from([0xff, 0x00, 0xfe, 0x0a]), Buffer.from((await sealed(message)).join('\n'))]);
    expect(await messagesIn(log)).toEqual([message]);
  });

  it.each(['done', 'A'.repeat(70)])('among lines of another that could be its own: %s', async (word) => {
    const lines = (await sealed(message)).flatMap((line, index) => (index % 3 === 1 ? [line, word] : [line]));
    expect(await messagesIn(lines.map((line, index) => `${time(index, 7)}Z ${line}`).join('\n'))).toEqual([message]);
  });

  it('wherever the pieces of the log end', async () => {
    const log = (await sealed(message)).map((line, index) => `${time(index, 7)}Z ${line}`).join('\r\n');
    for (const size of [1, 2, 3, 64, 100_000]) expect(await messagesIn(log, size)).toEqual([message]);
  });

  it('with every length of its last line', async () => {
    for (let length = 0; length < 50; length += 1) {
      const log = (await sealed('x'.repeat(length))).map((line, index) => `${time(index, 7)}Z ${line}`);
      expect(await messagesIn(log.join('\n'))).toEqual(['x'.repeat(length)]);
    }
  });
});

describe('several copies', () => {
  it('are found one after the other, with the lines where they begin', async () => {
    const lines = ['first', ...(await sealed('one')), 'between', ...(await sealed('two'))];
    const found = read(lines.join('\n'));
    expect(await Promise.all(found.map(opened))).toEqual(['one', 'two']);
    expect(found.map(({ line }) => line)).toEqual(
      lines.flatMap((line, at) => (line.includes('BEGIN') ? [at + 1] : [])),
    );
  });

  it('are told apart where the lines of two runners are mixed', async () => {
    const one = (await sealed(message)).map((line, index) => `${time(index, 3)} runner-1 | ${line}`);
    const two = (await sealed('two')).map((line, index) => `${time(index, 3)} runner-2 | ${line}`);
    const mixed = one.flatMap((line, index) => [line, two[index] ?? '']);
    expect((await messagesIn(mixed.join('\n'))).toSorted((a, b) => (b ?? '').length - (a ?? '').length)).toEqual([
      message,
      'two',
    ]);
  });
});

describe('a copy that is not whole', () => {
  it('is told with its line, and those around it are found', async () => {
    const [one, two, three] = [await sealed('one'), await sealed('two'), await sealed('three')];
    const log = ['x', ...one, ...two.slice(0, 3), ...three].join('\n');
    const found = read(log);
    expect(await Promise.all(found.map(opened))).toEqual(['one', null, 'three']);
    expect(found[1]).toEqual({ line: one.length + 2, readings: [] });
  });

  it('is told where the log ends in it', async () => {
    expect(read((await sealed('one')).slice(0, -1).join('\n'))).toEqual([{ line: 1, readings: [] }]);
  });

  it.each([
    ['a character was changed', (line: string) => `${line.slice(0, 5)}${line[5] === 'A' ? 'B' : 'A'}${line.slice(6)}`],
    ['a line is missing', () => ''],
    ['a part is masked', (line: string) => `***${line.slice(3)}`],
  ])('is not opened where %s', async (_, damage) => {
    const lines = await sealed(message);
    for (let at = 1; at < lines.length - 1; at += 1) {
      const damaged = lines.map((line, index) => (index === at ? damage(line) : line));
      expect(await messagesIn(damaged.join('\n'))).toEqual([null]);
    }
  });
});

it('a log without one holds none', () => {
  expect(read('nothing\n-----END AGE ENCRYPTED FILE-----\nhere')).toEqual([]);
  expect(read('')).toEqual([]);
});

it('a large log is read without being kept', () => {
  const reader = new JobLogReader();
  const line = Buffer.from(`${'a line of a build, with a few words in it '.repeat(25)}\n`.repeat(1000));
  for (let pieces = 0; pieces < 64; pieces += 1) expect(reader.take(line)).toEqual([]);
  // One line without an end.
  for (let pieces = 0; pieces < 64; pieces += 1) expect(reader.take(Buffer.alloc(1_000_000, 0x41))).toEqual([]);
  expect(reader.close()).toEqual([]);
});
