// @module-tag slow
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { program, useProgram, type Ended } from '../commands/built-program.ts';
import { gatedNscale, isPost, type GatedNscale } from './gate.ts';

const { home, node, sactl } = useProgram();

const rotate = 'sa rotate --id ci-deploy --yes'.split(' ');
const toFile = [...rotate, '--to', 'file:token'];
const toStdout = [...rotate, '-q', '.credential.value'];
/** What tells of signals, and the program. */
const telling = ['--require', join(import.meta.dirname, 'tell-signals.cjs'), program];
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What another process finds in the journal: the state of its only entry, and the credential in it. */
async function inJournal({ env }: GatedNscale): Promise<{ state: string; credential: string }> {
  const list = await sactl(['recover', 'list', '-q', '.[].id, .[].state'], env).ended;
  const [id = '', state = '', ...others] = list.stdout.trim().split('\n');
  expect(others).toEqual([]);
  const reveal = ['recover', 'show', '--id', id, '--reveal', '-q', '.credential.value'];
  const { stdout } = await sactl(reveal, env).ended;
  return { state, credential: stdout.trim() };
}

/** Sends SIGINT again and again until the program has ended. */
async function interruptRepeatedly({ child, ended }: ReturnType<typeof sactl>): Promise<Ended> {
  const again = setInterval(() => child.kill('SIGINT'), 50);
  onTestFinished(() => clearInterval(again));
  return ended;
}

describe('a rotation whose answer is awaited', () => {
  describe.each(signals)('%s', (signal) => {
    it.each([
      ['--to', toFile],
      ['stdout', toStdout],
    ])('keeps an answer that comes soon, and delivers nothing more: %s', async (_, argv) => {
      const nscale = await gatedNscale(isPost);
      const { child, ended } = node([...telling, ...argv], nscale.env);
      await nscale.reached;
      // An answer that comes at the same time may be seen first.
      const isSeen = once(child.stderr, 'data');
      child.kill(signal);
      await isSeen;
      nscale.open();
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(8);
      expect(stderr).toContain('it is kept');
      expect(stderr).toMatch(/sactl recover deliver --id [0-9a-f-]{36}/);
      expect(existsSync(join(home(), 'token'))).toBe(false);
      const { state, credential } = await inJournal(nscale);
      expect({ state, isLive: nscale.isLive(credential) }).toEqual({ state: 'kept', isLive: true });
      expect(stdout).not.toContain(credential);
    });

    it('says that the outcome is unknown when no answer comes', async () => {
      const nscale = await gatedNscale(isPost);
      const hurry = ['--require', join(import.meta.dirname, 'hurry.cjs'), program];
      const { child, ended } = node([...hurry, ...toFile], nscale.env);
      await nscale.reached;
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
      expect(stderr).toContain('the old credential may be dead, and no new one was received');
      expect(await inJournal(nscale)).toEqual({ state: 'asked', credential: '' });
    });
  });

  it('ends at the second signal, and the journal says that no answer came', async () => {
    const nscale = await gatedNscale(isPost);
    const running = sactl(toFile, nscale.env);
    await nscale.reached;
    expect(await interruptRepeatedly(running)).toMatchObject({ code: 7, stdout: '', stderr: '' });
    expect(await inJournal(nscale)).toEqual({ state: 'asked', credential: '' });
  });
});

it('a rotation that is interrupted while it tries the new credential does not print it', async () => {
  const nscale = await gatedNscale(
    (method, earlier) => method === 'GET' && earlier.some((request) => request.startsWith('POST')),
  );
  const { child, ended } = sactl(toStdout, nscale.env);
  await nscale.reached;
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout }).toEqual({ code: 8, stdout: '' });
  expect(stderr).toContain('was not printed: interrupted; it is kept');
  const { state, credential } = await inJournal(nscale);
  expect({ state, isLive: nscale.isLive(credential) }).toEqual({ state: 'kept', isLive: true });
});

it('an open entry is one line on stderr of whatever comes next', async () => {
  const nscale = await gatedNscale(isPost);
  const running = sactl(toFile, nscale.env);
  await nscale.reached;
  await interruptRepeatedly(running);
  expect(await sactl(['sa', 'list', '-q', 'length'], nscale.env).ended).toEqual({
    code: 0,
    signal: null,
    stdout: '13\n',
    stderr: '{"note":{"message":"the outcome of a request is unknown: sactl recover list"}}\n',
  });
});
