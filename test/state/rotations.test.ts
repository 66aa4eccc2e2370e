import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountKeyOf, lastRotations } from '../../src/state/audit-read.ts';
import { logOptions } from './audit-workspace.ts';

const account = { provider: 'nscale', endpoint: 'https://identity.example', id: 'id-1' };
const event = {
  ...account,
  at: '2026-11-01T00:00:00.000Z',
  operation: 'rotate',
  outcome: 'done',
  organization: 'org-1',
};

/** When that account got its last credential, as a log with these lines knows it. */
async function lastOf(lines: readonly (object | string)[]): Promise<string | undefined> {
  const options = logOptions();
  mkdirSync(options.stateDirectory, { mode: 0o700 });
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(join(options.stateDirectory, 'audit.jsonl'), `${text.join('\n')}\n`);
  return (await lastRotations(options)).get(accountKeyOf(account));
}

const later = '2026-11-02T08:00:00.000Z';

describe('when an account got its last credential', () => {
  it.each([
    ['of one rotation', [event], event.at],
    ['of a create', [{ ...event, operation: 'create' }], event.at],
    ['of the later one, wherever it stands', [{ ...event, at: later }, event], later],
    ['of one that was not delivered', [event, { ...event, at: later, outcome: 'undelivered' }], later],
    ['of one that was half done', [event, { ...event, at: later, outcome: 'partial' }], later],
    ['in UTC', [{ ...event, at: '2026-11-02T09:00:00+01:00' }], later],
    ['of a log that is damaged', ['{"operation":"rotate"', event, '[]', ''], event.at],
  ])('is known %s', async (_, lines, at) => {
    expect(await lastOf(lines)).toBe(at);
  });

  it.each([
    ['nothing', []],
    ['a rotation that failed', [{ ...event, outcome: 'failed' }]],
    ['a rotation whose answer was lost', [{ ...event, outcome: 'unknown' }]],
    ['an update', [{ ...event, operation: 'update', error: 'no "rotate" here' }]],
    ['another account', [{ ...event, id: 'id-2' }]],
    ['another endpoint', [{ ...event, endpoint: 'https://other.example' }]],
    ['no time', [{ ...event, at: 'yesterday' }]],
  ])('is not known of %s', async (_, lines) => {
    expect(await lastOf(lines)).toBeUndefined();
  });

  it('is not known without a log', async () => {
    expect(await lastRotations(logOptions())).toEqual(new Map());
  });
});
