import type { Context } from '../../src/context.ts';
import { untilAborted } from './context.ts';
import { ends, gone, type Fate } from './faults.ts';
import type { Run } from './history.ts';
import type { Schedule } from './schedule.ts';

/** The network between the runs and one server. */
export interface WireOptions<Note> {
  readonly schedule: Schedule;
  /** Whether the simulation is over: there is no server any more. */
  readonly isOver: () => boolean;
  /** Decides what happens to a request, at the time when it leaves. */
  readonly fateOf: (request: Request, run: Run) => Fate;
  /** Called when it leaves. @returns what the other calls are told of it */
  readonly onSent: (request: Request, run: Run, fate: Fate) => Note;
  /** The server gets to it. */
  readonly serve: (request: Request, run: Run, note: Note) => Promise<Response>;
  /** The run goes on with the answer, which it was handed just now. */
  readonly onReceived: (text: string, run: Run, note: Note) => void;
  /** The exchange has ended for the run. */
  readonly onEnded: (note: Note) => void;
}

/** In milliseconds: longer than anybody waits for an answer. */
const foreverMs = 3_600_000;

/** Everything that a run waits for is an edge of its own: the sending, and what comes back. */
export function wire<Note>(options: WireOptions<Note>): (run: Run) => Context['fetch'] {
  const { schedule, isOver, fateOf, onSent, serve, onReceived, onEnded } = options;

  /** The request arrives, or not. @returns null where no answer comes */
  async function arrive(request: Request, run: Run, note: Note, fate: Fate): Promise<Response | null> {
    const { after, ends: end } = fate;
    const ended = ends[end]?.() ?? null;
    if (after === 0) {
      const answer = await serve(request, run, note);
      if (end === 'answer') return answer;
    } else if (after !== null) {
      const due = schedule.now() + after;
      schedule.add({ runner: null, due, isEdge: false, happen: () => void serve(request, run, note) });
    }
    if (end === 'no answer') return null;
    if (ended instanceof Response) return ended;
    throw ended ?? new Error('an exchange without an end');
  }

  /** What comes back is an edge of its own: the run may be gone by then. */
  async function receive(run: Run, note: Note, answer: Response | null, signal: AbortSignal | null): Promise<Response> {
    const text = (await answer?.text()) ?? '';
    return untilAborted<Response>(signal, (resolve, reject) =>
      schedule.add({
        runner: run.number,
        due: schedule.now() + (answer === null ? foreverMs : 0),
        isEdge: true,
        happen: () => {
          if (answer === null) return reject(gone());
          const { status, headers } = answer;
          if (!isOver()) onReceived(text, run, note);
          resolve(new Response(text === '' ? null : text, { status, headers }));
        },
      }),
    );
  }

  return (run) => async (input, init) => {
    if (isOver()) throw gone();
    const { signal = null, method, headers, body } = init ?? {};
    const request = new Request(input, {
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      body: body ?? null,
    });
    const sent = await untilAborted<{ note: Note; fate: Fate }>(signal, (resolve, reject) =>
      schedule.add({
        runner: run.number,
        due: schedule.now(),
        isEdge: true,
        happen: () => {
          if (isOver()) return reject(gone());
          const fate = fateOf(request, run);
          resolve({ note: onSent(request, run, fate), fate });
        },
      }),
    );
    try {
      return await receive(run, sent.note, await arrive(request, run, sent.note, sent.fate), signal);
    } finally {
      onEnded(sent.note);
    }
  };
}
