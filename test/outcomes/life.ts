import {
  born,
  endingOf,
  endings,
  moves,
  next,
  phases,
  staysOpen,
  type Ending,
  type Life,
  type Rest,
} from '../../src/delivery/life.ts';
import { toldIn } from '../../src/delivery/ending.ts';
import type { JournalRecord } from '../../src/state/record.ts';

/** Every combination of the values. */
export function combinations<Facts>(values: {
  readonly [Fact in keyof Facts]: readonly Facts[Fact][];
}): readonly Facts[] {
  let all: Partial<Facts>[] = [{}];
  for (const fact of Object.keys(values) as (keyof Facts)[]) {
    all = all.flatMap((one) => values[fact].map((value) => ({ ...one, [fact]: value })));
  }
  return all as Facts[];
}

const flags = [true, false] as const;

const combined = combinations<Rest>({
  operation: ['create', 'rotate'],
  request: ['blocked', 'refused', 'unchanged', 'changed', 'unclear', 'answered'],
  hasCandidates: flags,
  hasAnswer: flags,
  isStored: flags,
  isKept: flags,
  places: ['all', 'some', 'none'],
  works: [true, false, null],
  isSuperseded: flags,
  isWhole: flags,
});

/** Every way in which a credential can come to rest; what was read is no answer that cannot be read. */
export const rests = combined.filter(
  ({ hasAnswer, request }) => !hasAnswer || request === 'changed' || request === 'unclear',
);

function codeOf({ code }: Ending): string {
  return code === null ? 'that of its error' : String(code);
}

/** The endings as the page has them, for docs/outcomes.md. */
export function endingsTable(): string {
  const told = { ids: 'ID', what: 'token', seen: 'ID, …' };
  return [
    '| how it ends | exit | the message ends with | the entry | what helps |',
    '|---|---|---|---|---|',
    ...endings.map((ending) => {
      const { name, says, help } = ending;
      const cells = [
        name,
        codeOf(ending),
        toldIn(says ?? '', told),
        staysOpen(ending) ? 'stays' : 'is erased',
        help ?? '',
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

const records: Readonly<Record<keyof typeof moves, JournalRecord>> = {
  intent: { type: 'intent', schema: 1, intent: null },
  sent: { type: 'sent', at: null },
  answer: { type: 'answer', at: null, operation: null, accountId: null, base64: null, sealed: null },
};

function nodeOf(at: Life['at']): string {
  return at === 'idle' ? '[*]' : at;
}

/** The arrows from state to state: what the records do, one after the other. */
function arrowsOfRecords(): readonly string[] {
  let life = born;
  return Object.entries(moves).map(([type, when]) => {
    const from = life.at;
    life = next(life, records[type as keyof typeof moves]);
    return `${nodeOf(from)} --> ${nodeOf(life.at)}: ${when}`;
  });
}

/** Where a life is when it ends so. */
function stateAt({ request, isKept, hasAnswer }: Rest): Life['at'] {
  return hasAnswer || (request === 'answered' && isKept) ? 'kept' : 'asked';
}

/** From each state to its ends, with the exit codes that lead there; docs/outcomes.md has the endings themselves. */
function arrowsOfEndings(): readonly string[] {
  const codes = new Map<string, Set<string>>();
  // What comes out of the journal is in the journal.
  for (const rest of rests.filter(({ isStored, isKept, request }) => request !== 'blocked' && (isKept || !isStored))) {
    const ending = endingOf(rest);
    const arrow = `${nodeOf(stateAt(rest))} --> ${staysOpen(ending) ? 'open' : '[*]'}`;
    codes.set(arrow, (codes.get(arrow) ?? new Set()).add(codeOf(ending)));
  }
  return Array.from(codes, ([arrow, all]) => `${arrow}: exit ${[...all].toSorted().join(', ')}`).toSorted();
}

/** The states as a diagram, for docs/architecture.md. */
export function lifeDiagram(): string {
  const lines = [
    ...Object.entries(phases).map(([phase, meaning]) => `${phase}: ${phase}, ${meaning}`),
    'open: open, for sactl recover',
    ...arrowsOfRecords(),
    'asked --> asked: the answer was lost, and one more credential is issued',
    ...arrowsOfEndings(),
    'open --> [*]: recover deliver, recover discard, or a later rotation',
  ];
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```'].join('\n');
}
