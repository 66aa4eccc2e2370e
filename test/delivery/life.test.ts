import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ExitCode, PartialError } from '../../src/errors.ts';
import {
  afterLoss,
  born,
  deliveredOf,
  endingOf,
  endings,
  next,
  staysOpen,
  type Life,
  type Loss,
  type Rest,
} from '../../src/delivery/life.ts';
import { Secret } from '../../src/model/credential.ts';
import { encodeRecord, schemaVersion, type JournalRecord, type RecordedIntent } from '../../src/state/record.ts';
import { readEntry } from '../../src/state/stored-entry.ts';
import { account, answers, fails, httpError, reset, secondSecret } from './answers.ts';
import { a, b, noA, noB, refused } from './handover-input.ts';
import { issuance } from './issuance.ts';
import { brokenStdout } from '../commands/support.ts';
import type { Script } from './script.ts';

const id = 'e0000000-0000-4000-8000-000000000001';
const intent: RecordedIntent = {
  id,
  operation: 'rotate',
  startedAt: '2026-01-01T00:00:00Z',
  process: { pid: 1, host: 'h' },
  connection: {
    provider: 'nscale',
    profile: null,
    endpoint: 'https://x.example',
    organization: null,
    isSandbox: false,
    caFile: null,
  },
  account: { id: 'a', name: 'n', clientId: null, expiresAt: null },
  targets: [],
  directory: '/',
  keepsSecret: true,
};
const first: JournalRecord = { type: 'intent', schema: schemaVersion, intent };
const record = fc.oneof(
  fc.constant<JournalRecord>({ type: 'sent', at: null }),
  fc
    .constantFrom('x', 'y')
    .map((text): JournalRecord => ({
      type: 'answer',
      at: null,
      operation: null,
      accountId: null,
      base64: new Secret(text),
    })),
  fc.string({ minLength: 1, maxLength: 3 }).map((target): JournalRecord => ({ type: 'delivered', target })),
  fc.constant<JournalRecord>({ type: 'outcome', at: null, outcome: 'unknown', message: '' }),
);

const sent: JournalRecord = { type: 'sent', at: null };

function lifeAfter(records: readonly JournalRecord[]): Life {
  return records.reduce<Life>(next, born);
}

describe('a life', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sactl-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is what the journal says of an entry', async () => {
    const words = { preparing: 'held', unanswered: 'asked', answered: 'kept' } as const;
    const path = join(folder, 'entry');
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 12 }), async (more) => {
        // Nothing is delivered, and nothing ends, before a request is sent.
        const records: readonly JournalRecord[] = [first, ...(more.length === 0 ? [] : [sent]), ...more];
        writeFileSync(path, Buffer.concat(records.map(encodeRecord)));
        const entry = await readEntry({ id, path }, null, () => false);
        const life = lifeAfter(records);
        if (!(entry.state in words) || !('answer' in entry)) throw new Error(`it is ${entry.state}`);
        expect(life.at).toBe(words[entry.state as keyof typeof words]);
        expect(deliveredOf(life)).toEqual(entry.delivered);
        expect(life.at === 'kept' ? life.answer.base64 : null).toEqual(entry.answer?.base64 ?? null);
      }),
      { numRuns: 500, seed: 15 },
    );
  });
});

/** Every combination of the values. */
function combinations<Facts>(values: { readonly [Fact in keyof Facts]: readonly Facts[Fact][] }): readonly Facts[] {
  let all: Partial<Facts>[] = [{}];
  for (const fact of Object.keys(values) as (keyof Facts)[]) {
    all = all.flatMap((one) => values[fact].map((value) => ({ ...one, [fact]: value })));
  }
  return all as Facts[];
}

const flags = [true, false] as const;
const rests = combinations<Rest>({
  operation: ['create', 'rotate'],
  request: ['blocked', 'refused', 'unchanged', 'changed', 'unclear', 'answered'],
  hasCandidates: flags,
  isStored: flags,
  isKept: flags,
  places: ['all', 'some', 'none'],
  works: [true, false, null],
  isWhole: flags,
});

describe('the endings', () => {
  it('are at least one for every rest, and the last is the good one', () => {
    for (const rest of rests) expect(endingOf(rest)).toBeDefined();
    expect(endings.at(-1)).toMatchObject({ name: 'all was done', code: ExitCode.done });
  });

  it.each(endings.map((ending) => [ending.name, ending] as const))(
    'none is hidden by those above it: %s',
    (_, ending) => {
      expect(rests.some((rest) => endingOf(rest) === ending)).toBe(true);
    },
  );

  it('leave an entry open exactly where a credential may be in it, or nobody knows where it is', () => {
    for (const rest of rests.filter(({ request }) => request === 'answered')) {
      const isWhereItShouldBe = rest.places === 'all' && rest.works !== false;
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
    isOurEnd: flags,
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
        isOurEnd: false,
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
    isStored: false,
    isKept,
    places: places === 'stdout' ? 'all' : places === 'broken stdout' ? 'none' : places,
    works,
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
        expect(error?.message ?? '').toContain(ending.says?.({ ids: 'a1', what: 'token', seen: '' }) ?? '');
      }),
      { numRuns: 300, seed: 15 },
    );
  });
});
