import { inWords } from '../../src/model/duration.ts';

/** What happens to one exchange. */
export interface Fate {
  /** When the service gets to it, in milliseconds from now; null: never. */
  readonly after: number | null;
  readonly ends: EndName;
  readonly words: string;
  /** For how long the server is out of this run's reach from then on, in the same way. Left out: not at all. */
  readonly silentMs?: number;
}

/** How an exchange ends for the client. */
export const ends = {
  answer: null,
  'no answer': null,
  'a refused connection': gone,
  'a reset': () => failure('ECONNRESET', 'read'),
  'a page with 500': () => page(500),
  'a page with 502': () => page(502),
  'a page with 503': () => page(503),
  'a page with 504': () => page(504),
  'a conflict': () => refusal(409, 'ConditionalRequestConflict'),
  'too many requests': () => refusal(503, 'SlowDown'),
} as const satisfies Readonly<Record<string, (() => Response | Error) | null>>;

export type EndName = keyof typeof ends;

/** What a client sees of a service that is not there. */
export function gone(): Error {
  return failure('ECONNREFUSED', 'connect');
}

function failure(code: string, syscall: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }) });
}

function page(status: number): Response {
  return new Response('<html></html>', { status, headers: { 'content-type': 'text/html' } });
}

/** As S3 refuses. */
function refusal(status: number, code: string): Response {
  return new Response(`<Error><Code>${code}</Code></Error>`, {
    status,
    headers: { 'content-type': 'application/xml' },
  });
}

const answered: Fate = { after: 0, ends: 'answer', words: '' };

const broken = ['a reset', 'a page with 500', 'a page with 502', 'a page with 503', 'a page with 504'] as const;

const delaysMs = [800, 3000, 8000, 20_000] as const;

/** A network that loses: before the service gets to the request, or its answer. The first is always the good one. */
export const losing: readonly Fate[] = [
  answered,
  { after: null, ends: 'a refused connection', words: 'finds no connection' },
  ...broken.flatMap((end): Fate[] => [
    { after: null, ends: end, words: `ends with ${end}, and the service never gets to it` },
    { after: 0, ends: end, words: `is done, and ends with ${end}` },
  ]),
];

/** The same, and a service that gets to a request after the exchange has ended. */
export const late: readonly Fate[] = [
  ...losing,
  ...broken.flatMap((end) =>
    delaysMs.map((after) => ({
      after,
      ends: end,
      words: `ends with ${end}, and the service gets to it ${inWords(after)} later`,
    })),
  ),
];

/** A network that works. */
export const working: readonly Fate[] = [answered];

/** For how long a store is out of reach, in milliseconds. */
const silencesMs = [25_000, 150_000] as const;

/** A store that fails, or is out of reach for a while, before or after it did what it was asked for. */
export const unsteady: readonly Fate[] = [
  answered,
  { after: null, ends: 'a reset', words: 'ends with a reset, and never arrives' },
  { after: 0, ends: 'a reset', words: 'is done, and ends with a reset' },
  { after: 4000, ends: 'a reset', words: 'ends with a reset, and the store gets to it 4 s later' },
  { after: 30_000, ends: 'a reset', words: 'ends with a reset, and the store gets to it 30 s later' },
  { after: 0, ends: 'a page with 500', words: 'is done, and ends with a page with 500' },
  { after: null, ends: 'a conflict', words: 'is refused as a conflict' },
  { after: null, ends: 'too many requests', words: 'is refused as too many requests' },
  ...silencesMs.flatMap((silentMs): Fate[] => [
    { after: null, ends: 'no answer', silentMs, words: `never arrives, as all that is sent for ${inWords(silentMs)}` },
    { after: 0, ends: 'no answer', silentMs, words: `is done without an answer, as all for ${inWords(silentMs)}` },
  ]),
];

/** What may stop a run at an edge; the first is that it goes on. */
export type Stop = 'goes on' | 'crashes' | { readonly pauseMs: number };

export const crashing: readonly Stop[] = ['goes on', 'crashes'];
export const freezing: readonly Stop[] = ['goes on', { pauseMs: 5000 }, { pauseMs: 40_000 }];
/** Longer than a lease, too. */
export const mortal: readonly Stop[] = [
  'goes on',
  'crashes',
  { pauseMs: 5000 },
  { pauseMs: 50_000 },
  { pauseMs: 100_000 },
];
export const halting: readonly Stop[] = ['goes on', { pauseMs: 100_000 }];
export const steady: readonly Stop[] = ['goes on'];
