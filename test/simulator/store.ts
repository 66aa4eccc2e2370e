import type { Context } from '../../src/context.ts';
import { createS3Server } from '../harness/s3.ts';
import { decoded } from './disk.ts';
import type { Fate } from './faults.ts';
import type { IssuedSecret, Run } from './history.ts';
import type { Schedule } from './schedule.ts';
import { heldIn, holdsText, wrongMove, type HoldChange, type StoreHistory } from './store-history.ts';
import { wire } from './wire.ts';

/** A store that several machines use, and the network before it. */
export interface SimulatedStore {
  readonly history: StoreHistory;
  /** What a runner needs for it. */
  readonly env: Readonly<Record<string, string>>;
  readonly fetchOf: (run: Run) => Context['fetch'];
  /** Whether a run holds an account. */
  readonly isHeldBy: (run: Run) => boolean;
  /** Whether it has an entry with this id. */
  readonly hasEntry: (id: string) => boolean;
  /** All that its entries keep, opened. */
  readonly text: () => Promise<string>;
}

export interface StoreOptions {
  readonly schedule: Schedule;
  /** How far its clock is ahead of the true one, in milliseconds. */
  readonly skewMs: number;
  readonly leaseMs: number;
  readonly fateOf: (request: Request, run: Run) => Fate;
  readonly isOver: () => boolean;
  readonly issued: readonly IssuedSecret[];
  readonly say: (words: string, run: Run) => void;
}

export const storeHost = 'store.example';

/** A pair of age keys that is made for these simulations. */
export const identity = 'AGE-SECRET-KEY-1S6EJ8TMTE9WFVY7PJJWTXYFW0RQPY4S93WHLTF3NW53QU2THTTRS6NRAYH';
const recipient = 'age1acftny7qjncflw7v4c2slhurngvcm5wnam8hxq0a0qh68yl0rcmqh0q6mx';

interface Note {
  readonly what: string;
  /** Whether the store's own answer comes back. */
  readonly isAnswered: boolean;
  servedAt: number | null;
}

export function createStore(options: StoreOptions): SimulatedStore {
  const { schedule, skewMs, leaseMs, fateOf, isOver, issued, say } = options;
  const server = createS3Server({ now: () => schedule.now() + skewMs });
  const { objects } = server;
  const holds: HoldChange[] = [];
  const wrongMoves: string[] = [];
  const leaks: string[] = [];
  const silences = new Map<Run, { readonly fate: Fate; readonly until: number }>();

  function fateNow(request: Request, run: Run): Fate {
    const silence = silences.get(run);
    if (silence !== undefined && schedule.now() < silence.until) return silence.fate;
    const fate = fateOf(request, run);
    if (fate.silentMs !== undefined) silences.set(run, { fate, until: schedule.now() + fate.silentMs });
    return fate;
  }

  /** Notes what a request has changed. */
  function noteChange(name: string, run: Run, before: ReturnType<typeof objects.get>): void {
    const after = objects.get(name);
    if (after === undefined || after === before) return;
    const { bytes } = after;
    if (issued.some(({ secret }) => holdsText(bytes, secret))) leaks.push(`runner ${String(run.number + 1)}`);
    const room = roomOf(name);
    if (room === 'entries' && bytes.length > 0) {
      const wrong = wrongMove(before?.bytes, bytes);
      if (wrong !== null) wrongMoves.push(`runner ${String(run.number + 1)} writes an entry that ${wrong}`);
    }
    if (room !== 'accounts') return;
    const held = { before: heldIn(before?.bytes), after: heldIn(bytes) };
    if (held.before.run === held.after.run && held.before.generation === held.after.generation) return;
    const age = before === undefined ? null : after.writtenAt - before.writtenAt;
    holds.push({ at: schedule.now(), by: run, ...held, age });
  }

  const fetchOf = wire<Note>({
    schedule,
    isOver,
    fateOf: fateNow,
    onSent: (request, run, fate) => {
      const what = describe(request);
      say(`${what} ${fate.words === '' ? 'is answered' : fate.words}`, run);
      if (what === 'PUT entries' && hasReceived(run)) run.hasFailedToKeep = fate.ends !== 'answer';
      return { what, isAnswered: fate.ends === 'answer', servedAt: null };
    },
    serve: async (request, run, note) => {
      note.servedAt = schedule.now();
      const name = nameOf(request);
      const before = objects.get(name);
      const answer = await server.fetch(request);
      noteChange(name, run, before);
      return answer;
    },
    onReceived: (_, run, { what, isAnswered, servedAt }) => {
      if (isAnswered && what.endsWith(' accounts')) run.toldAt = servedAt;
    },
    onEnded: () => undefined,
  });

  function hasReceived(run: Run): boolean {
    return issued.some(({ change, isReceived }) => change.run === run && isReceived);
  }

  function holdsNow(run: Run): boolean {
    return [...objects].some(([name, { bytes }]) => roomOf(name) === 'accounts' && heldIn(bytes).run === run.number);
  }

  return {
    history: { leaseMs, holds, wrongMoves, leaks },
    env: {
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: 's3-s3cret-0123456789',
      SACTL_STATE: `s3://ops/prod?endpoint=https://${storeHost}`,
      SACTL_STATE_RECIPIENTS: recipient,
      SACTL_STATE_LEASE: `${String(leaseMs / 1000)}s`,
    },
    fetchOf,
    isHeldBy: holdsNow,
    hasEntry: (id) => (objects.get(`prod/entries/${id}`)?.bytes.length ?? 0) > 0,
    text: async () => {
      const kept = [...objects].filter(([name, { bytes }]) => roomOf(name) === 'entries' && bytes.length > 0);
      return (await Promise.all(kept.map(([, { bytes }]) => opened(Buffer.from(bytes).toString())))).join('\n');
    },
  };
}

/** What entries keep sealed, opened with the identity. */
export async function opened(text: string): Promise<string> {
  const { armor, Decrypter } = await import('age-encryption');
  const sealed = [...text.matchAll(/"sealed":("(?:[^"\\]|\\.)*")/g)].map(([, one = '""']) => String(JSON.parse(one)));
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const answers = await Promise.all(sealed.map((one) => decrypter.decrypt(armor.decode(one), 'text')));
  return decoded(answers.join('\n'));
}

function nameOf({ url }: Request): string {
  return new URL(url).pathname.split('/').slice(2).join('/');
}

/** e.g. `accounts`. */
function roomOf(name: string): string {
  return name.split('/')[1] ?? '';
}

/** e.g. `PUT accounts`, `GET list of entries` */
function describe(request: Request): string {
  const name = nameOf(request);
  const prefix = new URL(request.url).searchParams.get('prefix') ?? '';
  return `${request.method} ${name === '' ? `list of ${roomOf(prefix)}` : roomOf(name)}`;
}
