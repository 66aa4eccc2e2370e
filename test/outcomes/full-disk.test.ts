// @module-tag slow
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { program, startProgram, useProgram, type Ended } from '../commands/built-program.ts';

const { home } = useProgram();

/** A disk of our own needs a namespace of our own, which not every machine allows. */
const hasNamespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;

/** Runs `line` of sactl while `folder` is a disk of 128 KiB on which nothing but its file `token` finds room. */
async function withFullDisk(folder: string, line: string): Promise<Ended> {
  mkdirSync(join(home(), folder), { recursive: true, mode: 0o700 });
  const script = [
    `mount -t tmpfs -o size=128k,mode=700 tmpfs ${folder}`,
    `printf old > ${folder}/token`,
    `dd if=/dev/zero of=${folder}/filler bs=1k count=256 2>/dev/null`,
    `"$NODE" "$PROGRAM" ${line}`,
    `echo "exit $?"; cat ${folder}/token; echo; ls -A ${folder}`,
  ].join('\n');
  const env = { NODE: process.execPath, PROGRAM: program };
  return startProgram('unshare', ['-rm', 'sh', '-c', script], { home: home(), env }).ended;
}

const rotate = 'sa rotate --id ci-deploy --sandbox --yes --debug';

describe.runIf(hasNamespaces)('a full disk is found before anything is sent, and stays as it is', () => {
  it.each([
    ['under the target', 'full', '--to file:full/token'],
    ['under the journal', 'state/sandbox/journal', '--to file:token'],
  ])('%s', async (_, folder, flags) => {
    const { stdout, stderr } = await withFullDisk(folder, `${rotate} ${flags}`);
    expect(stdout).toBe('exit 2\nold\nfiller\ntoken\n');
    expect(stderr).toContain('no space left on device (ENOSPC)');
    expect(stderr).not.toContain('POST');
  });
});
