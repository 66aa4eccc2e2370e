import type { Context } from '../../src/context.ts';
import type { Fate } from './faults.ts';
import type { Change, IssuedSecret, Run } from './history.ts';
import type { Schedule } from './schedule.ts';
import { isChange, services, type Service, type ServiceName } from './services.ts';
import { wire } from './wire.ts';

/** The service, and the network before it. */
export interface Network {
  readonly service: Service;
  readonly changes: readonly Change[];
  readonly issued: readonly IssuedSecret[];
  readonly fetchOf: (run: Run) => Context['fetch'];
}

export interface NetworkOptions {
  readonly name: ServiceName;
  readonly schedule: Schedule;
  /** Decides what happens to a request. */
  readonly fateOf: (request: Request, run: Run) => Fate;
  /** Whether the simulation is: there is no service any more. */
  readonly isOver: () => boolean;
  /** Called when a request leaves that changes something. @returns whether the run holds the account */
  readonly onChange: (run: Run) => boolean | null;
  readonly say: (words: string, run: Run) => void;
}

/** What is known of one request. */
interface Note {
  readonly change: Change | null;
  servedAt: number | null;
}

export function createNetwork({ name, schedule, fateOf, isOver, onChange, say }: NetworkOptions): Network {
  const changes: Change[] = [];
  const issued: IssuedSecret[] = [];
  /** What the service is doing. */
  let current: Change | null = null;

  let ids = 0;
  const service = services[name]({
    now: schedule.now,
    newId: () => {
      ids += 1;
      return `a0000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
    },
    newSecret: () => {
      if (current === null) throw new Error('a credential was issued by no change');
      const secret = `secret-${String(issued.length + 1)}-of-${name}-${'x'.repeat(24)}`;
      const at = schedule.now();
      issued.push({ secret, at, change: current, diedAt: null, endedBy: null, isReceived: false, foundIn: null });
      return secret;
    },
  });

  function look(): void {
    for (const one of issued) {
      if (one.diedAt !== null || service.isLive(one.secret)) continue;
      one.diedAt = schedule.now();
      one.endedBy = current;
    }
  }

  const fetchOf = wire<Note>({
    schedule,
    isOver,
    fateOf,
    onSent: (request, run, fate) => {
      const words = fate.words === '' ? 'is answered' : fate.words;
      say(`${request.method} ${new URL(request.url).pathname} ${words}`, run);
      run.isKeeping = false;
      if (!isChange(request)) return { change: null, servedAt: null };
      const { toldAt } = run;
      const change = { run, sentAt: schedule.now(), toldAt, isHeld: onChange(run), endedAt: null, doneAt: null };
      changes.push(change);
      return { change, servedAt: null };
    },
    serve: async (request, _, note) => {
      current = note.change;
      note.servedAt = schedule.now();
      const answer = await service.emulator.fetch(request);
      if (note.change !== null && answer.ok) note.change.doneAt = schedule.now();
      look();
      return answer;
    },
    onReceived: (text, run, { change, servedAt }) => {
      const known = issued.filter(({ secret }) => text.includes(secret));
      for (const one of known) one.isReceived = true;
      if (known.length > 0) run.isKeeping = true;
      if (change === null && servedAt !== null) run.lookedAt = servedAt;
    },
    onEnded: ({ change }) => {
      if (change !== null && !isOver()) change.endedAt = schedule.now();
    },
  });
  return { service, changes, issued, fetchOf };
}
