// @module-tag slow
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { InterruptedError } from '../../src/errors.ts';
import { neighbours } from '../../src/delivery/stdout.ts';
import { accountIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { brokenStdout, issuedToken, operationId, predictable, problems } from '../commands/support.ts';
import type { Outcome } from '../harness/run.ts';
import { useNscale } from '../harness/nscale.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes'];
const id = accountIds.ciDeploy;
const lost = `the new credential of nscale service account ci-deploy (${id})`;
const recover = `sactl recover deliver --id ${operationId}`;

it.each([
  ['EPIPE', 'broken pipe (EPIPE)'],
  ['ENOSPC', 'no space left on device (ENOSPC)'],
])('keeps the credential when stdout gives %s', async (code, reason) => {
  const deployment = nscale(predictable);
  const outcome = await deployment.run([...rotate, '--format', 'yaml'], { stdout: brokenStdout(code) });
  expect(outcome).toEqual({
    code: 8,
    stdout: '',
    stderr: problems([`${lost} could not be written to stdout: ${reason}; it is kept`], recover),
  });
  expect(deployment.mutations()).toHaveLength(1);
});

it('notices that a filter drops the real answer although it kept the model one', async () => {
  const filter = '.credential | select(.value | startswith("issued") | not) | .value';
  const { code, stdout, stderr } = await nscale(predictable).run([...rotate, '-q', filter]);
  expect({ code, stdout }).toEqual({ code: 8, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      code: 'undelivered',
      exitCode: 8,
      message: `${lost} was thrown away by the filter; it is kept`,
      hint: recover,
    },
  });
});

describe('a secret of any alphabet', () => {
  it.each([
    'abcd----',
    '----abcd',
    '--------',
    '-',
    'x',
    '9',
    '~~',
    '!~',
    'Zz',
    'abab',
    'éé',
    'пароль',
    '日本',
    '😀😀',
    '😀',
    'ab😀',
    '\u{10FFFF}\u{10FFFF}',
    '\uD7FF\uDFFF',
    '\uFFFC\uFFFD',
    '\uFDCF\uFDD0',
  ])('gets out, and is missed where a filter drops it: %j', async (secret) => {
    function print(filter: string): Promise<Outcome> {
      return nscale({ ...predictable, newSecret: () => secret }).run([...rotate, '--no-verify', '-q', filter]);
    }
    const whole = await print('[.credential.value]');
    expect({ ...whole, stdout: JSON.parse(whole.stdout) as unknown }).toEqual({
      code: 0,
      stdout: [secret.replaceAll(/\p{Cs}/gu, '\uFFFD')],
      stderr: '',
    });
    const half = Math.floor(Array.from(secret).length / 2);
    for (const part of [`[:${half}]`, `[${Math.max(half, 1)}:]`]) {
      // The placeholder gets out by this filter, and of the secret only a half.
      const filter = `if .credential.value | startswith("abcdefgh.") then . else .credential.value${part} end`;
      const { code, stdout } = await print(filter);
      expect({ code, stdout }).toEqual({ code: 8, stdout: '' });
    }
  });

  it('has two neighbours, and all three differ', () => {
    const character = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(...Array.from('-.~!_ 09azAZé😀'), '\uD7FF', '\uD800', '\uDFFF', '\u{10FFFF}'),
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 6 }), (characters) => {
        const secret = characters.join('');
        // As they are where text is UTF-8.
        const all = [secret, ...neighbours(secret)].map((text) => text.replaceAll(/\p{Cs}/gu, '\uFFFD'));
        expect(new Set(all).size).toBe(3);
      }),
      { numRuns: 5000, seed: 20261130 },
    );
  });
});

it('notices that a filter fails on the real answer, and quotes nothing of it', async () => {
  const filter = '.credential.value | if startswith("issued") then error else . end';
  const { code, stdout, stderr } = await nscale(predictable).run([...rotate, '-q', filter, '--debug']);
  expect({ code, stdout }).toEqual({ code: 8, stdout: '' });
  expect(stderr).toContain('could not be printed: the filter failed on the answer; it is kept');
  expect(stderr).not.toContain(issuedToken);
});

it('an interrupt of a filter that does not end, before anything is sent, is an interrupt', async () => {
  const jq = join(await mkdtemp(join(tmpdir(), 'sactl-')), 'jq');
  onTestFinished(() => rm(dirname(jq), { recursive: true }));
  // It compiles, which is tried without an input, and hangs on the first one.
  await writeFile(jq, `#!/bin/sh\n[ -z "$(cat)" ] && exit 0\ntouch "$0.started"\nexec sleep 600\n`, { mode: 0o755 });
  const interrupt = new AbortController();
  const env = { SACTL_JQ: 'native', JQ_PATH: jq };
  const deployment = nscale(predictable);
  const running = deployment.run([...rotate, '-q', '.credential.value'], { env, signal: interrupt.signal });
  await vi.waitFor(() => access(`${jq}.started`), { timeout: 10_000, interval: 5 });
  interrupt.abort(new InterruptedError());
  expect(await running).toMatchObject({ code: 130, stdout: '' });
  expect(deployment.mutations()).toEqual([]);
});

it('delivers what a filter makes of the real credential, whatever it makes of others', async () => {
  const filter = `.credential.value | if startswith("issued") and . != "${issuedToken}" then error else . end`;
  expect(await nscale(predictable).run([...rotate, '-q', filter])).toEqual({
    code: 0,
    stdout: `${issuedToken}\n`,
    stderr: '',
  });
});

it('delivers although stderr takes nothing', async () => {
  const deployment = nscale(predictable);
  const { ctx, stdout } = deployment.context();
  const { main } = await import('../../src/main.ts');
  const stderr = { ...ctx.stderr, ...brokenStdout('ENOSPC') };
  const argv = [...rotate, '-q', '.credential.value', '--debug'];
  expect(await main(argv, { ...ctx, stderr })).toBe(0);
  expect(stdout()).toBe(`${issuedToken}\n`);
});
