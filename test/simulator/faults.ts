import { inWords } from '../../src/model/duration.ts';

/** What happens to one exchange. */
export interface Fate {
  /** When the service gets to it, in milliseconds from now; null: never. */
  readonly after: number | null;
  readonly ends: EndName;
  readonly words: string;
}

/** How an exchange ends for the client. */
export const ends = {
  answer: null,
  'a refused connection': gone,
  'a reset': () => failure('ECONNRESET', 'read'),
  'a page with 500': () => page(500),
  'a page with 502': () => page(502),
  'a page with 503': () => page(503),
  'a page with 504': () => page(504),
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

/** What may stop a run at an edge; the first is that it goes on. */
export type Stop = 'goes on' | 'crashes' | { readonly pauseMs: number };

export const crashing: readonly Stop[] = ['goes on', 'crashes'];
export const freezing: readonly Stop[] = ['goes on', { pauseMs: 5000 }, { pauseMs: 40_000 }];
export const steady: readonly Stop[] = ['goes on'];
