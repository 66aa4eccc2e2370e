// @module-tag slow
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { serve } from '../../src/sandbox/server.ts';
import { useProgram, type Environment, type Running } from '../commands/built-program.ts';
import { settleRequests } from '../harness/settle.ts';
import { entriesIn } from '../outcomes/observe.ts';
import { astray, disagreements, itemsOf, type Scene } from './agreement.ts';
import { servers, type Server } from './servers.ts';
import { isMutation, layTokens, toFiles } from './world.ts';
import { milestone } from '../harness/milestone.ts';

const { home, sactl } = useProgram();

const due = ['--older-than', '1d', '--age-from', 'createdAt'];
const rotate = ['sa', 'rotate', ...due, ...toFiles, '--yes', '--json'];

/** nscale over HTTP with ten accounts; what is meant waits at a gate, all but the first few. */
interface Gated extends Scene {
  readonly server: Server;
  readonly env: Environment;
  readonly reached: Promise<void>;
  readonly open: () => void;
}

async function gated(isMeant: (request: Request) => boolean, free: number): Promise<Gated> {
  const server = servers.nscale(10, Date.now);
  layTokens(home(), server);
  const arrival = milestone();
  const gate = milestone();
  let count = 0;
  const { url, close } = await serve(
    {
      fetch: async (request) => {
        count += isMeant(request) ? 1 : 0;
        if (isMeant(request) && count > free) {
          arrival.pass();
          await gate.passed;
        }
        return server.emulator.fetch(request);
      },
    },
    { port: 0 },
  );
  onTestFinished(close);
  return {
    server,
    servers: { nscale: server },
    folder: home(),
    stateDirectory: join(home(), 'state'),
    env: { ...server.env, NSCALE_IDENTITY_SERVICE_API_ENDPOINT: url },
    reached: arrival.passed,
    open: gate.pass,
  };
}

function isList({ method, url }: Request): boolean {
  return method === 'GET' && url.endsWith('/serviceaccounts');
}

async function ended({ ended: end }: Running): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await end;
  return { code: code ?? -1, stdout, stderr };
}

describe('a signal while many accounts are rotated', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it with a true report, nothing is lost, and a second run does the rest',
    async (signal) => {
      const scene = await gated(isMutation, 3);
      const running = sactl(rotate, scene.env);
      await scene.reached;
      running.child.kill(signal);
      scene.open();
      const run = await ended(running);
      expect({ code: run.code, wrong: disagreements(scene, run) }).toEqual({ code: 8, wrong: [] });
      const left = itemsOf(run).filter(({ reason }) => reason === 'interrupted');
      expect(left.length).toBeGreaterThan(0);
      expect(new Set(left.map(({ exitCode }) => exitCode))).toEqual(new Set([signal === 'SIGINT' ? 130 : 143]));
      const second = await ended(sactl(rotate, scene.env));
      expect(disagreements(scene, second, itemsOf(run))).toEqual([]);
      expect(astray(itemsOf(run), itemsOf(second))).toEqual([]);
    },
    30_000,
  );

  it('that comes again ends it at once, and the next run puts everything right', async () => {
    const scene = await gated(isMutation, 0);
    const running = sactl(rotate, scene.env);
    await scene.reached;
    const again = setInterval(() => running.child.kill('SIGINT'), 50);
    onTestFinished(() => clearInterval(again));
    const run = await ended(running);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 7, stdout: '' });
    expect(entriesIn(scene.stateDirectory).length).toBeGreaterThan(0);
    scene.open();
    settleRequests(scene.stateDirectory);
    const next = await ended(sactl(rotate, scene.env));
    expect(next.code).toBe(0);
    const { server } = scene;
    // Whatever the first run came to, every account is done with now.
    const done = itemsOf(next).map((item) => Object.assign(item, { kind: 'rotated' as const }));
    const wrong = disagreements(scene, next, done);
    expect(wrong).toEqual([]);
    expect(server.accounts().every(({ id }) => server.issuedTo(id).length > 0)).toBe(true);
    expect(entriesIn(scene.stateDirectory)).toEqual([]);
  }, 30_000);

  it('before anything is sent is exit 130', async () => {
    const scene = await gated(isList, 0);
    const running = sactl(rotate, scene.env);
    await scene.reached;
    running.child.kill('SIGINT');
    const run = await ended(running);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 130, stdout: '' });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'interrupted' } });
  });
});
