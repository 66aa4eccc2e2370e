// @module-tag slow
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { describe, expect, it } from 'vitest';

import { gatedNscale } from '../../kill/gate.ts';
import { program, startProgram, useProgram, type Ended } from '../built-program.ts';
import { eventsIn } from './events.ts';

// What only processes of their own can show.
const { home, node, sactl } = useProgram();

it('processes that write at once lose nothing', async () => {
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  const runs = names.map((name) => sactl(['sa', 'create', '--sandbox', '--name', name, '--to', `file:${name}`]));
  const ended = await Promise.all(runs.map((run) => run.ended));
  expect(ended.map(({ code }) => code)).toEqual(names.map(() => 0));
  const events = eventsIn(join(home(), 'state', 'sandbox')) as { name: string; pid: number }[];
  expect(events.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(new Set(events.map(({ pid }) => pid))).toEqual(new Set(runs.map(({ child }) => child.pid)));
});

/** Events of one account among those of another, as many bytes as are asked for. */
function* lines(bytes: number): Generator<string> {
  const event = { at: '2026-11-01T00:00:00Z', operation: 'rotate', outcome: 'done' };
  const other = `${JSON.stringify({ ...event, name: 'other', error: 'x'.repeat(800) })}\n`.repeat(100);
  for (let left = bytes; left > 0; left -= other.length) yield other;
  yield `${JSON.stringify({ ...event, name: 'mine' })}\n`;
}

it('a log of 100 MB is read with the memory that a small one takes', async () => {
  const state = join(home(), 'state');
  await mkdir(state, { mode: 0o700 });
  const path = join(state, 'audit.jsonl');
  await pipeline(Readable.from(lines(100_000_000)), createWriteStream(path, { mode: 0o600 }));
  const argv = ['audit', 'list', '--id', 'mine', '-q', '.[].name'];
  const { code, stdout, stderr } = await node(['--max-old-space-size=48', program, ...argv]).ended;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'mine\n', stderr: '' });
});

it('a line without an end is one that is damaged', async () => {
  const state = join(home(), 'state');
  await mkdir(state, { mode: 0o700 });
  const endless = Array.from({ length: 100 }, () => 'x'.repeat(1_000_000));
  const path = join(state, 'audit.jsonl');
  await pipeline(Readable.from(endless), createWriteStream(path, { mode: 0o600 }));
  const { code, stdout, stderr } = await node(['--max-old-space-size=48', program, 'audit', 'list', '--json']).ended;
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '[]\n',
    stderr: '{"note":{"message":"1 line of the audit log cannot be read"}}\n',
  });
});

/** A disk of our own needs a namespace of our own, which not every machine allows. */
const hasNamespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;

/** Runs `line` of sactl against a server, with its state on a disk that is full. */
async function withFullDisk(line: string): Promise<Ended & { sent: readonly string[] }> {
  const nscale = await gatedNscale(() => false);
  await mkdir(join(home(), 'state'), { mode: 0o700 });
  const script = [
    'mount -t tmpfs -o size=64k,mode=700 tmpfs state',
    'dd if=/dev/zero of=state/filler bs=1k count=256 2>/dev/null',
    `exec "$NODE" "$PROGRAM" ${line}`,
  ].join('\n');
  const env = { ...nscale.env, NODE: process.execPath, PROGRAM: program };
  const argv = ['-rm', 'sh', '-c', script];
  const ended = await startProgram('unshare', argv, { home: home(), env }).ended;
  return { ...ended, sent: nscale.requests.filter((request) => !request.startsWith('GET')) };
}

describe.runIf(hasNamespaces)('a full disk under the log', () => {
  it('keeps a rotation from being sent', async () => {
    const { code, stderr, sent } = await withFullDisk('sa rotate --id ci-deploy --yes --to file:token');
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(stderr).toContain('no space left on device (ENOSPC)');
  });

  it('keeps a deletion from being sent, which no other run could see', async () => {
    const { code, stderr, sent } = await withFullDisk('sa delete --id ci-deploy --yes');
    expect({ code, sent }).toEqual({ code: 1, sent: [] });
    expect(stderr).toMatch(/^sactl: cannot use the lock ".*": no space left on device \(ENOSPC\)\n$/);
  });
});
