import type { Context } from '../../src/context.ts';
import { untilAborted } from './context.ts';
import { ends, gone, type Fate } from './faults.ts';
import type { Change, IssuedSecret, Run } from './history.ts';
import type { Schedule } from './schedule.ts';
import { isChange, services, type Service, type ServiceName } from './services.ts';

/** The service, and the network before it. */
export interface Network {
  readonly service: Service;
  readonly changes: readonly Change[];
  readonly issued: readonly IssuedSecret[];
  /** Notes which credentials have died since the last look. */
  readonly look: () => void;
  readonly fetchOf: (run: Run, onChange: () => void) => Context['fetch'];
}

export interface NetworkOptions {
  readonly name: ServiceName;
  readonly schedule: Schedule;
  /** Decides what happens to a request. */
  readonly fateOf: (request: Request) => Fate;
  /** Whether the simulation is: there is no service any more. */
  readonly isOver: () => boolean;
  readonly say: (words: string, run: Run) => void;
}

export function createNetwork({ name, schedule, fateOf, isOver, say }: NetworkOptions): Network {
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
      issued.push({ secret, at, change: current, diedAt: null, endedBy: null, isReceived: false, foundIn: [] });
      return secret;
    },
  });

  async function serve(request: Request, change: Change | null): Promise<Response> {
    current = change;
    const answer = await service.emulator.fetch(request);
    if (change !== null && answer.ok) change.doneAt = schedule.now();
    look();
    return answer;
  }

  function look(): void {
    for (const one of issued) {
      if (one.diedAt !== null || service.isLive(one.secret)) continue;
      one.diedAt = schedule.now();
      one.endedBy = current;
    }
  }

  /** The request arrives, or not, and how its exchange ends. */
  async function exchange(request: Request, change: Change | null, { after, ends: end }: Fate): Promise<Response> {
    const ended = ends[end]?.() ?? null;
    if (after === 0) {
      const answer = await serve(request, change);
      if (ended === null) return answer;
    } else if (after !== null) {
      const due = schedule.now() + after;
      schedule.add({ runner: null, due, isEdge: false, happen: () => void serve(request, change) });
    }
    if (ended instanceof Response) return ended;
    throw ended ?? new Error('an exchange without an end');
  }

  /** What comes back is an edge of its own: the run may be gone by then. */
  async function receive(run: Run, signal: AbortSignal | null | undefined, answer: Response): Promise<Response> {
    const text = await answer.text();
    const { status, headers } = answer;
    return untilAborted(signal, (resolve) =>
      schedule.add({
        runner: run.number,
        due: schedule.now(),
        isEdge: true,
        happen: () => {
          for (const one of isOver() ? [] : issued) if (text.includes(one.secret)) one.isReceived = true;
          resolve(new Response(text === '' ? null : text, { status, headers }));
        },
      }),
    );
  }

  return {
    service,
    changes,
    issued,
    look,
    fetchOf: (run, onChange) => async (input, init) => {
      if (isOver()) throw gone();
      const { signal = null, method, headers, body } = init ?? {};
      const request = new Request(input, {
        ...(method === undefined ? {} : { method }),
        ...(headers === undefined ? {} : { headers }),
        body: body ?? null,
      });
      const path = `${request.method} ${new URL(request.url).pathname}`;
      const answer = await untilAborted<Response>(signal, (resolve, reject) =>
        schedule.add({
          runner: run.number,
          due: schedule.now(),
          isEdge: true,
          happen: () => {
            if (isOver()) return reject(gone());
            const fate = fateOf(request);
            say(`${path} ${fate.words === '' ? 'is answered' : fate.words}`, run);
            const change = isChange(request) ? { run, sentAt: schedule.now(), doneAt: null } : null;
            if (change !== null) {
              changes.push(change);
              onChange();
            }
            exchange(request, change, fate).then(resolve, reject);
          },
        }),
      );
      return receive(run, signal, answer);
    },
  };
}
