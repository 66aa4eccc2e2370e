import { describe, expect, it } from 'vitest';

import { errorOf, type Findings, type Subject } from '../../src/delivery/ending.ts';
import { onTheWay, type Rest } from '../../src/delivery/life.ts';
import { CliError, PartialError } from '../../src/errors.ts';
import { hintText, sactl } from '../../src/model/hint.ts';
import { account } from './answers.ts';

const subject: Subject = {
  account,
  operation: 'rotate',
  entryId: 'e1',
  credentialKind: 'access-token',
  isSelf: false,
  connection: [],
  inCI: false,
};

/** Two accounts that a create may have made; of one nobody knows since when it is there. */
const candidates = [
  { ...account, id: 'a2', createdAt: '2026-11-22T12:00:00Z', createdBy: 'me@example.com' },
  { ...account, id: 'a3' },
];

const cause = new CliError('timeout', 1, 'cannot rotate: no answer');

interface Told {
  readonly subject?: Partial<Subject>;
  readonly rest: Partial<Rest>;
  readonly findings?: Omit<Findings, 'rest'>;
}

/** Exit code and message, and the hint below them. */
function told({ subject: more, rest, findings }: Told): string {
  const of = { ...subject, ...more };
  const error = errorOf(of, { rest: { ...onTheWay, operation: of.operation, ...rest }, ...findings });
  if (error === null) return 'done';
  const hint = error.hint === null ? '' : `\nhint: ${hintText(error.hint)}`;
  return `${String(error.exitCode)} ${error.code}: ${error.message}${hint}`;
}

const create = { operation: 'create' } as const;
const answered = { request: 'answered', places: 'some' } as const;

const endings: Readonly<Record<string, Told>> = {
  'an answer that cannot be read': { rest: { hasAnswer: true }, findings: { cause } },
  'an answer to a create that cannot be read': { subject: create, rest: { hasAnswer: true }, findings: { cause } },
  'the same, with candidates': { subject: create, rest: { hasAnswer: true }, findings: { cause, candidates } },
  'a rotation that was done': { rest: { request: 'changed' }, findings: { cause } },
  'a rotation of oneself': { subject: { isSelf: true }, rest: {} },
  'a rotation of who knows whom': { subject: { isSelf: null }, rest: {} },
  'a create that was done': {
    subject: { ...create, credentialKind: 'client-secret' },
    rest: { request: 'changed' },
    findings: { candidates, cause },
  },
  'a create that may have been done': { subject: create, rest: {}, findings: { cause } },
  'the same, and there is one': { subject: create, rest: { hasCandidates: true }, findings: { candidates, cause } },
  'one out of the journal that is superseded': {
    rest: { ...answered, isStored: true, isKept: true, isSuperseded: true },
    findings: { troubles: ['was superseded by a newer one'] },
  },
  'one that could not be tried, in a job': {
    subject: { inCI: true },
    rest: { ...answered, isStored: true, isKept: true, places: 'none' },
    findings: { troubles: ['could not be tried'] },
  },
  'one that is not everywhere': {
    rest: { ...answered, isKept: true, works: true },
    findings: { troubles: ['was not delivered to file:a', 'may not work'] },
  },
  'one that every target refused': {
    rest: { ...answered, isKept: true, works: true },
    findings: { troubles: ['was not delivered to file:a'], needsMending: true },
  },
  'one without a trouble': { rest: { ...answered, isKept: true, works: true } },
  'one that is not kept': {
    rest: { ...answered, works: true },
    findings: { troubles: ['was not delivered to file:a'] },
  },
  'one whose account is not as requested': {
    rest: { ...answered, places: 'all', isWhole: false, works: true },
    findings: {
      shortcomings: [
        new PartialError('nobody was told'),
        new PartialError('it is in no group', { hint: sactl`serviceaccounts get --id a1` }),
      ],
    },
  },
  'nothing, for a reason that says so': { rest: { request: 'refused' }, findings: { cause } },
  'nothing, although the answer was lost': { rest: { request: 'unchanged' }, findings: { cause } },
  'nothing, and nobody knows why': { rest: { request: 'refused' }, findings: { cause: new TypeError('a bug') } },
  'all of it': { rest: { ...answered, places: 'all', works: true } },
};

describe('how it ended is told', () => {
  it('in whole sentences, with a command that helps', () => {
    const texts = Object.entries(endings).map(([name, ending]) => `# ${name}\n${told(ending)}`);
    expect(texts.join('\n')).toMatchInlineSnapshot(`
      "# an answer that cannot be read
      8 undelivered: cannot rotate: no answer; the answer is kept, and the token may be in it
      hint: look at it: sactl recover show --id e1 --reveal; or issue another: sactl serviceaccounts rotate --id a1
      # an answer to a create that cannot be read
      8 undelivered: cannot rotate: no answer; the answer is kept, and the token may be in it
      hint: look at it: sactl recover show --id e1 --reveal
      # the same, with candidates
      8 undelivered: cannot rotate: no answer; the answer is kept, and the token may be in it
      hint: look at it: sactl recover show --id e1 --reveal; or issue another: sactl serviceaccounts rotate --id a2 a3
      # a rotation that was done
      7 unknown_outcome: cannot rotate: no answer; it was rotated: the old credential is dead, and no new one was received
      hint: rotate again: sactl serviceaccounts rotate --id a1
      # a rotation of oneself
      7 unknown_outcome: cannot rotate service account ci; the old credential may be dead, and no new one was received
      hint: rotate again: sactl serviceaccounts rotate --id a1; if this credential is dead, only an administrator can do that
      # a rotation of who knows whom
      7 unknown_outcome: cannot rotate service account ci; the old credential may be dead, and no new one was received
      hint: rotate again: sactl serviceaccounts rotate --id a1; if this credential is dead, only an administrator can do that
      # a create that was done
      7 unknown_outcome: cannot rotate: no answer; the account was created (a2,a3), and its client secret is lost
      hint: issue another: sactl serviceaccounts rotate --id a2 a3; then: sactl recover discard --id e1
      # a create that may have been done
      7 unknown_outcome: cannot rotate: no answer; the account may have been created, and its token is lost
      hint: look for it, then rotate or delete it: sactl serviceaccounts list --search ci; then: sactl recover discard --id e1
      # the same, and there is one
      7 unknown_outcome: cannot rotate: no answer; the account may have been created, and its token is lost; an account of that name exists: a2, 2026-11-22T12:00:00Z, me@example.com; a3
      hint: if it is yours, issue another: sactl serviceaccounts rotate --id a2 or a3; then: sactl recover discard --id e1
      # one out of the journal that is superseded
      8 undelivered: the credential that entry e1 keeps for nscale service account ci (a1) was superseded by a newer one; it was not written
      hint: if a newer one is in use: sactl recover discard --id e1; else issue another: sactl serviceaccounts rotate --id a1
      # one that could not be tried, in a job
      8 undelivered: the credential that entry e1 keeps for nscale service account ci (a1) could not be tried; nothing was delivered
      hint: try it again later: sactl recover deliver --id e1 (in this same job, or rotate again); or issue another: sactl serviceaccounts rotate --id a1
      # one that is not everywhere
      8 undelivered: the new credential of nscale service account ci (a1) was not delivered to file:a; and it may not work; it is kept
      hint: sactl recover deliver --id e1
      # one that every target refused
      8 undelivered: the new credential of nscale service account ci (a1) was not delivered to file:a; it is kept
      hint: fix what it reports, then: sactl recover deliver --id e1; or add --to <target> for another place
      # one without a trouble
      8 undelivered: it is kept
      hint: sactl recover deliver --id e1
      # one that is not kept
      8 undelivered: the new credential of nscale service account ci (a1) was not delivered to file:a; it is only where it was delivered
      hint: copy it from there, or issue another: sactl serviceaccounts rotate --id a1
      # one whose account is not as requested
      6 partial: nobody was told; it is in no group
      hint: sactl serviceaccounts get --id a1
      # nothing, for a reason that says so
      1 timeout: cannot rotate: no answer
      # nothing, although the answer was lost
      1 timeout: cannot rotate: no answer; nothing was changed
      # nothing, and nobody knows why
      1 failed: nscale service account ci (a1): nothing was changed
      # all of it
      done"
    `);
  });

  it('with what is known of the answer', () => {
    const details = { provider: 'nscale', status: 503, traceId: 't1' } as const;
    const lost = new CliError('server_error', 1, 'cannot rotate: no answer', details);
    const error = errorOf(subject, { rest: onTheWay, cause: lost });
    expect(error?.details()).toMatchObject(details);
    expect(error?.cause).toBe(lost);
  });
});
