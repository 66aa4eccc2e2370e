import { ExitCode } from '../errors.ts';
import type { AnswerRecord, JournalRecord, Operation } from '../state/record.ts';

/**
 * The life of one credential, on one page: its states, what to do after a lost answer, and how it ends. A run under way, the
 * next run after one that was killed, and `sactl recover` read the same records by the same rules (docs/design.md 6).
 */
export type Life =
  | { readonly at: 'idle' }
  | { readonly at: 'held' }
  /** Where an answer could not be kept, its credential may be in targets all the same. */
  | { readonly at: 'asked'; readonly delivered: readonly string[] }
  | { readonly at: 'kept'; readonly delivered: readonly string[]; readonly answer: AnswerRecord };

export const born: Life = { at: 'idle' };

/** What changes a state: a record, which is on the disk before the request or the delivery that it has to outlive, or the end of all of them. */
export type Change = JournalRecord | { readonly type: 'erased' };

/** The records that lead to another state, and when they are written. */
export const moves = {
  intent: 'preflight passed, and the lock is taken',
  sent: 'the request is about to leave',
  answer: 'the answer is on the disk',
} as const satisfies Partial<Record<JournalRecord['type'], string>>;

/** The life after one more change. A later answer takes the place of an earlier one, which was delivered in vain. */
export function next(life: Life, change: Change): Life {
  switch (change.type) {
    case 'intent':
      return { at: 'held' };
    case 'sent':
      return life.at === 'held' ? { at: 'asked', delivered: [] } : life;
    case 'answer':
      return { at: 'kept', answer: change, delivered: [] };
    case 'delivered':
      return 'delivered' in life ? { ...life, delivered: [...life.delivered, change.target] } : life;
    case 'erased':
      return born;
    case 'outcome':
    default:
      return life;
  }
}

/** The state of a credential whose entry is in the journal. */
export type Phase = Exclude<Life['at'], 'idle'>;

/** What each state means. Without an entry there is nothing to say: then the account is `idle`. */
export const phases = {
  held: 'nothing was sent',
  asked: 'the request left, and no answer is known',
  kept: 'a credential is in it',
} as const satisfies Record<Phase, string>;

/** The life that an entry's records come to; `idle` where it cannot be read. */
export function lifeOf({ records }: { readonly records: readonly JournalRecord[] }): Life {
  return records.reduce(next, born);
}

/** The last answer in an entry; null where none was kept. */
export function answerIn(entry: Parameters<typeof lifeOf>[0]): AnswerRecord | null {
  const life = lifeOf(entry);
  return life.at === 'kept' ? life.answer : null;
}

/** Names of the targets that have the last credential, in the order of their delivery. */
export function deliveredOf(life: Life): readonly string[] {
  return 'delivered' in life ? life.delivered : [];
}

/** What is known once an answer did not come. Facts are found out in the order of the rows, and only as far as needed. */
export interface Loss {
  /** Ctrl-C, or another signal. */
  readonly isInterrupted: boolean;
  /** What readings of the account show. */
  readonly evidence: 'unchanged' | 'changed' | 'unclear';
  /** Neither `--no-reissue` nor an interrupt forbids it. */
  readonly mayReissue: boolean;
  /** Whether the request may be done later than another one, although readings would show that it was done. */
  readonly mayStillBeDone: boolean;
  /** Whether there is an account to rotate that is ours for certain, or that a person pointed at. */
  readonly isOurs: boolean;
  /** Whether the caller's own credential still works, and no interrupt came meanwhile. */
  readonly canGoOn: boolean;
}

export type AfterLoss = 'nothing was changed' | 'the outcome is unknown' | 'issue another';

type LossRow = { readonly [Fact in keyof Loss]: readonly [Fact, Loss[Fact], AfterLoss] }[keyof Loss];

/** What to do then: the first row whose fact holds, else one more credential is issued, once. */
export const afterLoss: readonly LossRow[] = [
  ['isInterrupted', true, 'the outcome is unknown'],
  ['evidence', 'unchanged', 'nothing was changed'],
  ['mayReissue', false, 'the outcome is unknown'],
  ['mayStillBeDone', true, 'the outcome is unknown'],
  ['isOurs', false, 'the outcome is unknown'],
  ['canGoOn', false, 'the outcome is unknown'],
];

/** Where a credential is, and what is known of it, when nothing more is done for it. */
export interface Rest {
  readonly operation: Operation;
  /**
   * What became of the request. `blocked`: it was not sent, because an earlier one is not settled. `refused`: it certainly did
   * nothing. `unchanged`, `changed` and `unclear`: its answer was lost, and that is what readings show.
   */
  readonly request: 'blocked' | 'refused' | Loss['evidence'] | 'answered';
  /** Whether readings show accounts that it may have made. */
  readonly hasCandidates: boolean;
  /** Whether an answer is kept in which no credential could be found, although one may be in it. */
  readonly hasAnswer: boolean;
  /** Whether it comes out of the journal, and was tried before it was delivered. */
  readonly isStored: boolean;
  readonly isKept: boolean;
  /** Which of the places it was to go to have it: its targets, or stdout. */
  readonly places: 'all' | 'some' | 'none';
  /** Null is not known. */
  readonly works: boolean | null;
  /** Whether a newer one was issued before it was everywhere. */
  readonly isSuperseded: boolean;
  /** Whether the account is as it was asked for, and the result was printed. */
  readonly isWhole: boolean;
}

/** What helps; the commands are in `helps` of `ending.ts`. */
export type Help =
  | 'look at the answer'
  | 'rotate again'
  | 'issue another'
  | 'issue another, then discard'
  | 'look for it, then discard'
  | 'choose yours, then discard'
  | 'discard, or issue another'
  | 'deliver'
  | 'deliver later, or issue another'
  | 'copy it, or issue another';

export interface Ending {
  /** What is known then; the rest is of no account. */
  readonly when: Partial<Rest>;
  /** How it reads in docs/outcomes.md. */
  readonly name: string;
  /** Null is that of the error which prevented it. */
  readonly code: ExitCode | null;
  /** How the message ends, where what went wrong does not say it all; `toldIn` of `ending.ts` fills its slots. */
  readonly says?: string;
  /** Default: the hint of what went wrong, if that has one. */
  readonly help?: Help;
}

const { done, partial, unknownOutcome, undelivered } = ExitCode;

/** How it ends: the first row that fits. No other file decides on the codes 6, 7 and 8 of a credential. */
export const endings: readonly Ending[] = [
  { when: { request: 'refused' }, name: 'the request was not sent, or refused', code: null },
  {
    when: { request: 'unchanged' },
    name: 'the answer was lost, and the request did nothing',
    code: null,
    says: 'nothing was changed',
  },
  { when: { request: 'blocked' }, name: 'an earlier create of that name is not settled', code: unknownOutcome },
  {
    when: { hasAnswer: true },
    name: 'an answer came that cannot be read, and is kept',
    code: undelivered,
    says: 'the answer is kept, and the {what} may be in it',
    help: 'look at the answer',
  },
  {
    when: { request: 'changed', operation: 'rotate' },
    name: 'the answer was lost, and it was rotated',
    code: unknownOutcome,
    says: 'it was rotated: the old credential is dead, and no new one was received',
    help: 'rotate again',
  },
  {
    when: { request: 'unclear', operation: 'rotate' },
    name: 'the answer was lost, and it may have been rotated',
    code: unknownOutcome,
    says: 'the old credential may be dead, and no new one was received',
    help: 'rotate again',
  },
  {
    when: { request: 'changed' },
    name: 'the answer was lost, and it was created',
    code: unknownOutcome,
    says: 'the account was created ({ids}), and its {what} is lost',
    help: 'issue another, then discard',
  },
  {
    when: { request: 'unclear', hasCandidates: true },
    name: 'the answer was lost, and it may have been created: an account of that name exists',
    code: unknownOutcome,
    says: 'the account may have been created, and its {what} is lost; an account of that name exists: {seen}',
    help: 'choose yours, then discard',
  },
  {
    when: { request: 'unclear' },
    name: 'the answer was lost, and it may have been created',
    code: unknownOutcome,
    says: 'the account may have been created, and its {what} is lost',
    help: 'look for it, then discard',
  },
  {
    when: { isSuperseded: true },
    name: 'a newer credential was issued before it was delivered',
    code: undelivered,
    says: 'it was not written',
    help: 'discard, or issue another',
  },
  {
    when: { isStored: true, works: null, places: 'none' },
    name: 'it came from the journal, and whether it works is not known',
    code: undelivered,
    says: 'nothing was delivered',
    help: 'deliver later, or issue another',
  },
  {
    when: { isStored: true, works: false },
    name: 'it came from the journal, and does not work',
    code: undelivered,
    says: 'nothing was delivered',
    help: 'discard, or issue another',
  },
  {
    when: { places: 'none', isKept: false },
    name: 'it was neither delivered nor kept',
    code: unknownOutcome,
    says: 'it is not kept either: it is lost',
    help: 'issue another, then discard',
  },
  {
    when: { works: false, isKept: true },
    name: 'it does not work, and is kept',
    code: undelivered,
    says: 'it is kept',
    help: 'deliver later, or issue another',
  },
  { when: { works: false }, name: 'it does not work, and is not kept', code: undelivered, help: 'issue another' },
  { when: { places: 'all', isWhole: true }, name: 'all was done', code: done },
  {
    when: { places: 'all' },
    name: 'it is where it should be, and the account is not as requested, or the result was not printed',
    code: partial,
  },
  {
    when: { isKept: true },
    name: 'it was not delivered everywhere, and is kept',
    code: undelivered,
    says: 'it is kept',
    help: 'deliver',
  },
  {
    when: {},
    name: 'it was delivered to some of its targets, and is not kept',
    code: undelivered,
    says: 'it is only where it was delivered',
    help: 'copy it, or issue another',
  },
];

/** All that is known of a request that may have left. */
export const onTheWay = {
  operation: 'rotate',
  request: 'unclear',
  hasCandidates: false,
  hasAnswer: false,
  isStored: false,
  isKept: false,
  places: 'none',
  works: null,
  isSuperseded: false,
  isWhole: true,
} as const satisfies Rest;

/** The exit code if the program ended at once: what was sent may have been done. */
export function codeIfEndedNow({ isKept }: Pick<Rest, 'isKept'>): ExitCode {
  return endingOf({ ...onTheWay, isKept, request: isKept ? 'answered' : 'unclear' }).code ?? unknownOutcome;
}

/** The row that fits. */
export function endingOf(rest: Rest): Ending {
  const facts = new Map<string, unknown>(Object.entries(rest));
  const ending = endings.find(({ when }) => Object.entries(when).every(([fact, value]) => facts.get(fact) === value));
  if (ending === undefined) throw new Error('the last row fits everything');
  return ending;
}

/** Whether the entry stays in the journal, for `sactl recover`; else it is erased. */
export function staysOpen({ code }: Pick<Ending, 'code'>): boolean {
  return code === unknownOutcome || code === undelivered;
}

/** The worst that became of several credentials: 8 before 7 before 6 (docs/design.md 3); null where none of these did. */
export function worstOf(codes: ReadonlySet<ExitCode>): ExitCode | null {
  return [undelivered, unknownOutcome, partial].find((code) => codes.has(code)) ?? null;
}
