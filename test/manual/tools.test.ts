// @module-tag slow
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { plain } from '../../scripts/manual/help-text.ts';
import { readProgram } from '../../scripts/manual/program.ts';
import { manPages } from '../../scripts/manual/man.ts';
import { heading, line, page, paragraph, section } from '../../scripts/manual/roff.ts';

/** Programs that not every machine has: how they check a page, where they complain, and how they print it. */
const tools = [
  { name: 'mandoc', check: ['-T', 'lint', '-W', 'warning'], complains: 'stdout', print: ['-T', 'utf8'] },
  { name: 'groff', check: ['-ww', '-man', '-Tutf8', '-z'], complains: 'stderr', print: ['-man', '-Tutf8', '-P-cbou'] },
  { name: 'man', check: ['--warnings', '-l'], complains: 'stderr', print: ['-l'] },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'sactl-man-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const pages = manPages(await readProgram(), { version: '1.2.3', date: '2026-11-22' });
const paths = [...pages].map(([name, text]) => write(name, text));

/** Everything that roff could take for its own. */
const nasty = String.raw`.x 'a' "b" \fB \n(.x \" -- ~^| %x` + '`…';

const nastyPath = write(
  'nasty.1',
  page([
    ...heading({ name: 'x', date: '2026-11-22', source: 'x', manual: 'x' }),
    ...section('NAME'),
    line([plain('x - y')]),
    ...section('TEXT'),
    ...paragraph([plain(nasty)]),
    ...paragraph([plain(`'${nasty}`)]),
  ]),
);

function start(tool: string, args: readonly string[]): { stdout: string; stderr: string } {
  const env = { ...process.env, MANWIDTH: '80', MANPAGER: 'cat', LC_ALL: 'C.UTF-8' };
  const { stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', env });
  return { stdout: withoutFonts(stdout), stderr };
}

/** On paper, bold was a character that is struck twice. */
function withoutFonts(text: string): string {
  const backspace = '\b';
  return text.replaceAll(new RegExp(`.${backspace}`, 'g'), '');
}

/** Only man-db's `man` has the flags that are used here. */
function isInstalled(tool: string): boolean {
  const { error, stdout } = spawnSync(tool, ['--version'], { encoding: 'utf8' });
  return error === undefined && (tool !== 'man' || stdout.startsWith('man 2'));
}

describe.each(tools)('$name, where it is installed,', ({ name, check, complains, print }) => {
  const isMissing = !isInstalled(name);

  it.skipIf(isMissing)('finds nothing wrong with any page', () => {
    for (const path of paths) {
      expect({ path, complaints: start(name, [...check, path])[complains] }).toEqual({ path, complaints: '' });
    }
  });

  it.skipIf(isMissing)('prints text to the letter', () => {
    const { stdout } = start(name, [...print, nastyPath]);
    expect(stdout).toContain(` ${nasty}\n`);
    expect(stdout).toContain(` '${nasty}\n`);
  });

  it.skipIf(isMissing)('prints the pages in 80 columns', () => {
    for (const path of paths) {
      const lines = start(name, [...print, path]).stdout.split('\n');
      expect(lines.length).toBeGreaterThan(20);
      expect(lines.filter((text) => text.length > 80)).toEqual([]);
    }
  });
});
