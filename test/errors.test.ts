import { expect, it } from 'vitest';

import { errorCodes, ExitCode } from '../src/errors.ts';

it('the exit codes are the public ones (docs/design.md 3)', () => {
  expect(ExitCode).toEqual({
    done: 0,
    failed: 1,
    usage: 2,
    notFound: 3,
    auth: 4,
    conflict: 5,
    partial: 6,
    unknownOutcome: 7,
    undelivered: 8,
    actionRequired: 20,
    interrupted: 130,
    terminated: 143,
  });
});

it('the codes of errors are the public ones, to which new ones may be added', () => {
  expect([...new Set(Object.values(errorCodes).flat())].toSorted()).toEqual([
    'aborted',
    'action_required',
    'ambiguous',
    'audit',
    'backup',
    'bad_answer',
    'bug',
    'certificate',
    'conflict',
    'connection_lost',
    'exists',
    'failed',
    'filter',
    'forbidden',
    'gateway',
    'gone',
    'interrupted',
    'inventory',
    'journal',
    'lock',
    'locked',
    'memory',
    'not_found',
    'not_restored',
    'not_revoked',
    'output',
    'partial',
    'port',
    'proxy',
    'rate_limited',
    'redirected',
    'refused',
    'refused_credential',
    'report',
    'sandbox',
    'server_error',
    'timeout',
    'too_large',
    'truncated',
    'unauthenticated',
    'undelivered',
    'unknown_outcome',
    'unreachable',
    'usage',
  ]);
});
