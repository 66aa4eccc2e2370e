// @module-tag slow
import { chmod, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { program, useProgram } from './commands/built-program.ts';
import { openTerminal, type Terminal } from './commands/completion/terminal.ts';

const { home } = useProgram();

/** Whether there is the Linux program that gives another one a terminal. */
const hasTerminals = process.platform === 'linux' && existsSync('/usr/bin/script');

/**
 * Shows two lines, and waits for a line that is typed; says when somebody pressed Ctrl-C. No shell script: a signal that comes
 * right before `read` would wait for the end of that line.
 */
const twoLines = `#!${process.execPath}
const { createReadStream } = require('node:fs');
const { createInterface } = require('node:readline');
process.on('SIGINT', () => console.log('caught ' + process.env.LESS));
let shown = 0;
const lines = createInterface({ input: process.stdin }).on('line', (line) => {
  shown += 1;
  if (shown <= 2) console.log(line);
  if (shown !== 2) return;
  lines.close();
  wait();
});
function wait() {
  console.log('waiting');
  createInterface({ input: createReadStream('/dev/tty') }).once('line', (key) => {
    console.log('typed ' + key);
    process.exit();
  });
}
`;

/** `sactl <line>` on a terminal of eight rows, with a pager of the test's own. */
async function openList(line: string): Promise<Terminal> {
  const pager = join(home(), 'two-lines');
  await writeFile(pager, twoLines);
  await chmod(pager, 0o755);
  const sactl = `'${process.execPath}' '${program}' ${line}`;
  const terminal = openTerminal(`stty rows 8 cols 80; trap : INT; ${sactl}; echo "exit $?"`, {
    cwd: home(),
    env: { PATH: process.env['PATH'] ?? '', HOME: home(), SACTL_STATE_DIR: join(home(), 'state'), PAGER: pager },
  });
  onTestFinished(terminal.close);
  return terminal;
}

describe.runIf(hasTerminals)('a pager at a terminal', () => {
  it('has the keys and Ctrl-C, and may end early', async () => {
    const terminal = await openList('sa list --sandbox');
    await terminal.until(/^NAME.*\r\nci-deploy.*\r\nwaiting\r\n$/);
    terminal.type('\u0003');
    await terminal.until(/caught FRX\r\n/);
    terminal.type('enough\n');
    expect(await terminal.until(/typed enough\r\nexit 0\r\n/)).not.toBeNull();
  });

  it('is not asked for what is short, or for programs', async () => {
    const terminal = await openList('sa list --sandbox --limit 2');
    expect(await terminal.until(/^NAME(?:.*\r\n){3}exit 0\r\n/)).not.toBeNull();
    const json = await openList('sa list --sandbox --json');
    expect(await json.until(/^\[(?:.*\r\n)+\]\r\nexit 0\r\n/)).not.toBeNull();
  });
});
