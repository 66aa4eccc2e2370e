// @module-tag slow
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { expect, it } from 'vitest';

import { program, startProgram, useProgram, type Ended } from './built-program.ts';

const { home } = useProgram();

const hasJq = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'jq')));

/** Runs lines as a script has them, in the sandbox; the first command of a pipe that fails does not end it. */
function script(lines: string): Promise<Ended> {
  const text = `sactl() { "$NODE" "$PROGRAM" "$@"; }\n${lines}`;
  const env = { NODE: process.execPath, PROGRAM: program, SACTL_SANDBOX: '1', CI: 'true' };
  return startProgram('/bin/sh', ['-c', text], { home: home(), env }).ended;
}

const edit = `sa get --id ci-deploy --json | jq '.description="x"' | sactl sa update -f - -q .description`;

it.runIf(hasJq)('what get prints goes through jq into update', async () => {
  const { code, stdout } = await script(`sactl ${edit}`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'x\n' });
});

it('and through -q, of every provider that has an account to change', async () => {
  const own = `sactl sa get --id ci-deploy -q '.description="x"' | sactl sa update -f - -q .description`;
  const raw = `sactl sa get --id ci-deploy --raw -q '.metadata.description="y"' | sactl sa update -f - -q .description`;
  const runai = `sactl sa get --provider runai --id batch-trainer -q '.enabled=false' |
    sactl sa update --provider runai -f - -q .enabled`;
  const { code, stdout } = await script([own, raw, runai].join('\n'));
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'x\ny\nfalse\n' });
});

it('ids are read line by line from csv', async () => {
  const lines = `sactl sa list --format csv --columns id --limit 3 | tail -n +2 | while read -r id; do
    sactl sa get --id "$id" -q '.name' </dev/null || exit 1
  done`;
  const { code, stdout } = await script(lines);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'ci-deploy\ncost-report\ndataset-sync\n' });
});
