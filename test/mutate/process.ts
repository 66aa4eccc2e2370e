import { fork, type ChildProcess } from 'node:child_process';

import type { Answer, Question, Setup } from './messages.ts';

/** Answers questions one after the other, in a process of its own, which is started anew when it is lost. */
export interface Runner {
  /** Null where there was no answer in time, or the process ended. */
  readonly ask: (question: Question, patienceMs: number) => Promise<Answer | null>;
  readonly end: () => void;
}

const startMs = 120_000;

/** `program` is the bundled `runner.ts`. */
export function createRunner(program: string, setup: Setup): Runner {
  let child: ChildProcess | null = null;

  function end(): void {
    // Its group: those that run the tests may be in a loop that never ends.
    if (child?.pid !== undefined) endGroup(child.pid);
    child = null;
  }

  async function start(): Promise<ChildProcess> {
    const started = fork(program, [], {
      cwd: setup.root,
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child = started;
    const opened = nextMessage(started, startMs);
    started.send(setup);
    if ((await opened) === null) throw new Error('vitest does not start');
    return started;
  }

  return {
    ask: async (question, patienceMs) => {
      const asked = child ?? (await start());
      const reply = nextMessage(asked, patienceMs);
      asked.send(question);
      const answer = await reply;
      if (answer === null) end();
      // The message of runner.ts, whose types are these.
      return answer as Answer | null;
    },
    end,
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function nextMessage(child: ChildProcess, patienceMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    function finish(value: unknown): void {
      clearTimeout(timer);
      child.removeAllListeners('message').removeAllListeners('exit');
      resolve(value);
    }
    const timer = setTimeout(() => finish(null), patienceMs);
    child.once('message', finish);
    child.once('exit', () => finish(null));
  });
}
