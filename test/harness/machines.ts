import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { memory } from './memory.ts';
import type { Context } from '../../src/context.ts';
import { ops } from './age.ts';
import { testNow, type TestContextOptions } from './context.ts';
import type { Deployment } from './deployment.ts';
import type { Outcome } from './run.ts';
import { createS3Server, fetchFrom, type S3Server, type S3ServerOptions } from './s3.ts';
import { s3Environment } from './stores.ts';
import { freshStateDirectory } from './state.ts';

/** A machine with folders of its own. */
export interface Machine {
  readonly cwd: string;
  readonly stateDirectory: string;
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
  /**
   * Runs until it is killed after its `count`-th request, to the service or the store; its disk goes with it. @returns its outcome where it ended before
   */
  readonly runUntilKilled: (argv: readonly string[], count: number) => Promise<Outcome | null>;
}

/** Several machines, one service and one store. */
export interface Machines {
  readonly store: S3Server;
  readonly machine: (host: string) => Machine;
  /** Lets time pass for the store and for every later run. */
  readonly pass: (milliseconds: number) => void;
  /** All that the store holds, as text. */
  readonly dump: () => string;
}

const storeHost = 'store.example';

/** The store is an S3 server in memory; requests to everything else go to the deployment. */
export function useMachines(deployment: Deployment<unknown>, options: S3ServerOptions = {}): Machines {
  let now = testNow;
  const store = createS3Server({ now: () => now, ...options });
  const ask = fetchFrom(store);
  function fetch(...[input, init]: Parameters<Context['fetch']>): ReturnType<Context['fetch']> {
    return new URL(String(input)).hostname === storeHost ? ask(input, init) : globalThis.fetch(input, init);
  }
  let pids = 100;
  return {
    store,
    pass: (milliseconds) => void (now += milliseconds),
    dump: () => [...store.objects].map(([name, { bytes }]) => `${name} ${Buffer.from(bytes).toString()}`).join('\n'),
    machine: (host) => {
      const cwd = mkdtempSync(join(memory, 'sactl-machine-'));
      onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
      const stateDirectory = freshStateDirectory();
      function run(argv: readonly string[], given: TestContextOptions = {}): Promise<Outcome> {
        pids += 1;
        const pid = pids;
        return deployment.run(argv, {
          cwd,
          homeDirectory: cwd,
          fetch,
          self: { pid, host, isRunning: (other) => other === pid },
          ...given,
          env: {
            SACTL_STATE_DIR: stateDirectory,
            SACTL_STATE: `s3://ops/prod?endpoint=https://${storeHost}`,
            SACTL_STATE_RECIPIENTS: ops.recipient,
            ...s3Environment,
            ...given.env,
          },
        });
      }
      return {
        cwd,
        stateDirectory,
        run,
        runUntilKilled: async (argv, count) => {
          let requests = 0;
          const killed = new AbortController();
          const outcome = await Promise.race([
            new Promise<null>((resolve) => {
              killed.signal.addEventListener('abort', () => resolve(null));
            }),
            run(argv, {
              fetch: async (input, init) => {
                requests += 1;
                if (requests !== count) return fetch(input, init);
                await fetch(input, init).catch(() => undefined);
                killed.abort();
                return new Promise(() => undefined);
              },
            }),
          ]);
          if (outcome === null)
            for (const folder of [cwd, stateDirectory]) rmSync(folder, { recursive: true, force: true });
          return outcome;
        },
      };
    },
  };
}
