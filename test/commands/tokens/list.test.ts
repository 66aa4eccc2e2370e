import { describe, expect, it } from 'vitest';

import { fingerprint } from '../../providers/augment/recorded.ts';
import { augmentMachine, secondFingerprint } from './augment.ts';

describe('tokens list', () => {
  it('shows the tokens of one account', async () => {
    const { run } = await augmentMachine();
    expect(await run(['tokens', 'list', '--id', 'ci'])).toEqual({
      code: 0,
      stdout:
        'NAME  STATE   VERIFIED  CREATED               FINGERPRINT\n' +
        `one   active  true      2026-11-01T10:00:00Z  ${fingerprint}\n` +
        `two   active  false     2026-11-22T12:00:00Z  ${secondFingerprint}\n`,
      stderr: '',
    });
  });

  it('prints an array of what get has below "tokens"', async () => {
    const { run } = await augmentMachine();
    const listed = await run(['token', 'list', '--id', 'ci', '-q', '.']);
    const got = await run(['sa', 'get', '--id', 'ci', '-q', '.tokens']);
    expect(listed).toEqual(got);
    expect(JSON.parse(listed.stdout)).toEqual([
      { name: 'one', createdAt: '2026-11-01T10:00:00Z', fingerprint, state: 'active', verified: true },
      {
        name: 'two',
        createdAt: '2026-11-22T12:00:00Z',
        fingerprint: secondFingerprint,
        state: 'active',
        verified: false,
      },
    ]);
  });

  it('prints [] for an account without tokens, with a note', async () => {
    const { run } = await augmentMachine();
    expect(await run(['tokens', 'list', '--id', 'docs', '--json'])).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: 'sactl: no tokens\n',
    });
  });

  it('does not find an account that is not recorded', async () => {
    const { run } = await augmentMachine();
    const { code, stdout } = await run(['tokens', 'list', '--id', 'nobody']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  it('has no answer of a provider for --raw', async () => {
    const { run } = await augmentMachine();
    const { code, stderr } = await run(['tokens', 'list', '--id', 'ci', '--raw', '--json']);
    expect(code).toBe(2);
    expect(stderr).toContain('--raw does nothing with');
  });
});
