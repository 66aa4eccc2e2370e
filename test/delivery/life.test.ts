// @module-tag slow
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ExitCode, PartialError } from '../../src/errors.ts';
import {
  afterLoss,
  born,
  endingOf,
  endings,
  next,
  staysOpen,
  type Life,
  type Loss,
  type Rest,
} from '../../src/delivery/life.ts';
import { toldIn } from '../../src/delivery/ending.ts';
import { Secret } from '../../src/model/credential.ts';
import { schemaVersion, type JournalRecord } from '../../src/state/record.ts';
import { isOpen, type StoredEntry } from '../../src/state/stored-entry.ts';
import { account, answers, fails, httpError, reset, secondSecret } from './answers.ts';
import { a, b, noA, noB, refused } from './handover-input.ts';
import { issuance } from './issuance.ts';
import { brokenStdout } from '../commands/support.ts';
import { combinations, rests } from '../outcomes/life.ts';
import type { Script } from './script.ts';

const intent: JournalRecord = { type: 'intent', schema: schemaVersion, intent: null };
const sent: JournalRecord = { type: 'sent', at: null };
const record = fc.oneof(
  fc.constant(sent),
  fc.constantFrom('x', 'y').map(answerOf),
  fc.string({ minLength: 1, maxLength: 3 }).map((target): JournalRecord => ({ type: 'delivered', target })),
  fc.constant<JournalRecord>({ type: 'outcome', at: null, outcome: 'unknown', message: '' }),
);

function answerOf(text: string): JournalRecord {
  return { type: 'answer', at: null, operation: null, accountId: null, base64: new Secret(text), sealed: null };
}

function lifeAfter(records: readonly JournalRecord[]): Life {
  return records.reduce<Life>(next, born);
}

describe('a life', () => {
  it('goes from its intent to its answer, and back once its entry is erased', () => {
    const life = [intent, sent, answerOf('x')].map((_, index, all) => lifeAfter(all.slice(0, index + 1)).at);
    expect(life).toEqual(['held', 'asked', 'kept']);
    expect(next(lifeAfter([intent, sent]), { type: 'erased' })).toBe(born);
  });

  it('is asked once a request may have left, and kept once there is an answer, whatever follows', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (more) => {
        const records = [intent, sent, ...more];
        const life = lifeAfter(records);
        const answer = records.findLast(({ type }) => type === 'answer');
        const since = answer === undefined ? records : records.slice(records.lastIndexOf(answer));
        expect(life).toEqual({
          at: answer === undefined ? 'asked' : 'kept',
          delivered: since.flatMap((one) => (one.type === 'delivered' ? [one.target] : [])),
          ...(answer === undefined ? {} : { answer }),
        });
      }),
      { numRuns: 1000, seed: 15 },
    );
  });

  it('has an entry that is open from the moment a request may have left', () => {
    const place = { id: 'x', path: '/x', intent: null, problem: '', isNewer: false, isUnderWay: false } as const;
    fc.assert(
      fc.property(fc.array(record, { maxLength: 3 }), (more) => {
        // What is delivered, or ends, was sent first.
        const records = more.length === 0 ? [intent] : [intent, sent, ...more];
        const entry = { ...place, records } as unknown as StoredEntry;
        expect(isOpen(entry)).toBe(lifeAfter(records).at !== 'held');
      }),
      { seed: 15 },
    );
  });
});

const flags = [true, false] as const;

describe('the endings', () => {
  it('are one for every rest, and none by default is a good one', () => {
    for (const rest of rests) expect(endingOf(rest)).toBeDefined();
    expect(endings.at(-1)).toMatchObject({ when: {}, code: ExitCode.undelivered });
  });

  it('are good only where everything is where it should be, and not known to be dead', () => {
    const good = rests.filter((rest) => endingOf(rest).code === ExitCode.done);
    expect(good.length).toBeGreaterThan(0);
    for (const { request, places, isWhole, works, isSuperseded } of good) {
      expect({ request, places, isWhole, isDead: works === false || isSuperseded }).toEqual({
        request: 'answered',
        places: 'all',
        isWhole: true,
        isDead: false,
      });
    }
  });

  it.each(endings.map((ending) => [ending.name, ending] as const))(
    'none is hidden by those above it: %s',
    (_, ending) => {
      expect(rests.some((rest) => endingOf(rest) === ending)).toBe(true);
    },
  );

  it('leave an entry open exactly where a credential may be in it, or nobody knows where it is', () => {
    for (const rest of rests.filter(({ request }) => request === 'answered')) {
      const isWhereItShouldBe = rest.places === 'all' && rest.works !== false && !rest.isSuperseded;
      expect(staysOpen(endingOf(rest))).toBe(!isWhereItShouldBe);
    }
  });

  it('are never one that says nothing was changed, once an answer came or may have come', () => {
    const changed = rests.filter(({ request }) => ['answered', 'changed', 'unclear'].includes(request));
    expect(new Set(changed.map((rest) => endingOf(rest).code))).toEqual(new Set([0, 6, 7, 8]));
  });
});

function rowFor(loss: Loss): number {
  return afterLoss.findIndex(([fact, value]) => loss[fact] === value);
}

describe('after a lost answer', () => {
  const losses = combinations<Loss>({
    isInterrupted: flags,
    evidence: ['unchanged', 'changed', 'unclear'],
    mayReissue: flags,
    mayStillBeDone: flags,
    isOurs: flags,
    canGoOn: flags,
  });
  it('each row is reached, and another credential is issued where none is', () => {
    expect(new Set(losses.map(rowFor))).toEqual(new Set([-1, ...afterLoss.keys()]));
  });

  it('another credential takes every fact on its side', () => {
    expect(losses.filter((loss) => rowFor(loss) === -1)).toEqual(
      ['changed', 'unclear'].map((evidence) => ({
        isInterrupted: false,
        evidence,
        mayReissue: true,
        mayStillBeDone: false,
        isOurs: true,
        canGoOn: true,
      })),
    );
  });
});

/** What goes wrong in one run. */
interface Faults {
  readonly operation: Rest['operation'];
  readonly request: Exclude<Rest['request'], 'blocked'>;
  readonly isReissued: boolean;
  readonly isKept: boolean;
  readonly places: Rest['places'] | 'stdout' | 'broken stdout';
  readonly works: boolean | null;
  readonly isWhole: boolean;
}

const faults: fc.Arbitrary<Faults> = fc.record({
  operation: fc.constantFrom('create', 'rotate'),
  request: fc.constantFrom('refused', 'unchanged', 'changed', 'unclear', 'answered', 'answered', 'answered'),
  isReissued: fc.boolean(),
  isKept: fc.boolean(),
  places: fc.constantFrom('all', 'some', 'none', 'stdout', 'broken stdout'),
  works: fc.constantFrom(true, false, null),
  isWhole: fc.boolean(),
});

const targets = { all: [a, b], some: [a, noB], none: [noA, noB], stdout: [], 'broken stdout': [] } as const;

function scriptOf({ operation, request, isReissued, isKept, places, works, isWhole }: Faults): Script {
  const refusal = httpError('forbidden', { status: 403, arrival: 'refused' });
  const lost = fails(request === 'refused' ? refusal : reset);
  const evidence = request === 'changed' ? { kind: request, account } : undefined;
  return {
    operation,
    answers: request === 'answered' ? [answers(secondSecret)] : [lost, answers(secondSecret)],
    looks: [evidence ?? (request === 'unchanged' ? { kind: request } : { kind: 'unclear', candidates: [] })],
    preferences: { reissue: isReissued },
    journalFaults: isKept ? [] : ['keep'],
    targets: targets[places],
    trials: [works === false ? refused : { works, why: null }],
    context: places === 'broken stdout' ? { stdout: brokenStdout('ENOSPC') } : {},
    plan: isWhole ? {} : { reconcile: () => Promise.reject(new PartialError('it has no group')) },
  };
}

/** What is known at the end of that run. */
function restOf({ operation, request, isReissued, isKept, places, works, isWhole }: Faults): Rest {
  const isLost = request === 'changed' || request === 'unclear';
  // A create of which nothing is known has no account that could be rotated.
  const isMadeUpFor = isLost && isReissued && (request === 'changed' || operation === 'rotate');
  return {
    operation,
    request: isMadeUpFor ? 'answered' : request,
    hasCandidates: false,
    hasAnswer: false,
    isStored: false,
    isKept,
    places: places === 'stdout' ? 'all' : places === 'broken stdout' ? 'none' : places,
    works,
    isSuperseded: false,
    isWhole,
  };
}

describe('a run', () => {
  it('ends with the code of its row, and leaves an entry where that says so', async () => {
    await fc.assert(
      fc.asyncProperty(faults, async (one) => {
        const { error, left } = await issuance(scriptOf(one));
        const ending = endingOf(restOf(one));
        const own = one.request === 'refused' ? ExitCode.auth : ExitCode.failed;
        expect(error?.exit ?? ExitCode.done).toBe(ending.code ?? own);
        expect(left.length).toBe(staysOpen(ending) ? 1 : 0);
        expect(error?.message ?? '').toContain(toldIn(ending.says ?? '', { ids: 'a1', what: 'token', seen: '' }));
      }),
      { numRuns: 300, seed: 15 },
    );
  });
});

/** Where else the codes 6, 7 and 8 stand, and why that decides nothing of a credential's end. */
const elsewhere: Readonly<Record<string, string>> = {
  'errors.ts': 'the table of the codes, and the classes that have them',
  'delivery/ending.ts': 'the class for the code of a row',
  'bin.ts': 'the code of a change of which nothing is known yet, and what is said at a second interrupt',
  'program.ts': 'errors of these codes name the entry themselves',
  'state/audit-event.ts': "the audit log's word for a code",
  'fleet/report-document.ts': "the report's word for a code",
  'fleet/circuit-breaker.ts': 'how often a code ends the work on a provider',
  'fleet/end-of-run.ts': 'the code of several accounts, of which some were not rotated',
  'fleet/go-on.ts': 'what is left of several accounts: those whose credential is kept go on by recover',
  'fleet/tally.ts': 'the code of an account of which nothing is known yet',
  'fleet/list.ts': 'a list of several connections, of which some gave no answer',
  'fleet/misread.ts': 'accounts of a list that could not be read',
  'fleet/rotate-chosen.ts': 'a dry run of several connections, of which some gave no answer',
  'session/change.ts': 'a change without a credential',
  'providers/nscale/update.ts': 'a change without a credential',
  'providers/nscale/delete.ts': 'a change without a credential',
  'providers/runai/update.ts': 'a change without a credential',
  'providers/runai/delete.ts': 'a change without a credential',
  'providers/augment/changes.ts': 'a change without a credential',
  'providers/nscale/create.ts': 'what was not done of an account besides its credential',
  'providers/runai/create.ts': 'what was not done of an account besides its credential',
  'state/sealed-entry.ts': 'what is kept, and cannot be opened here',
  'session/kept-credential.ts': 'what is kept, sealed, and keeps its account from being rotated',
  'commands/recover/deliver-all.ts': 'the code of several entries, of which some were not delivered',
  'commands/state/migration.ts': 'a state of which not all was copied',
  'commands/recover/capsules.ts': "copies in a job's log, of which some are damaged",
  'commands/sandbox/augment-page.ts': 'the console of the sandbox, which is not a provider',
};

it('no other file decides how a credential ends', () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const pattern =
    /= ExitCode;|ExitCode\.(?:partial|unknownOutcome|undelivered)|\b(?:Partial|UnknownOutcome|Undelivered)Error\b(?=\()|instanceof (?:UnknownOutcome|Undelivered)Error/;
  const found = files.filter((path) => pattern.test(readFileSync(join(source, path), 'utf8')));
  const paths = found.map((path) => path.replaceAll('\\', '/')).filter((path) => path !== 'delivery/life.ts');
  expect(new Set(paths)).toEqual(new Set(Object.keys(elsewhere)));
});
