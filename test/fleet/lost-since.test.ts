import { describe, expect, it } from 'vitest';

import { workFolder } from '../commands/support.ts';
import { testNow, type TestContextOptions } from '../harness/context.ts';
import type { Intercept } from '../harness/deployment.ts';
import { useMachines } from '../harness/machines.ts';
import { useNscale } from '../harness/nscale.ts';
import type { Outcome } from '../harness/run.ts';

// Another run asks for a credential, and loses the answer, between what a rotation reads of the journal and its lock.

const nscale = useNscale();
const otherRotation = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', 'file:other'];

type Run = (argv: readonly string[], options: TestContextOptions) => Promise<Outcome>;

/** Who rotates, and who else does. */
const places: Readonly<Record<string, (intercept: Intercept) => Promise<readonly [Run, Run]>>> = {
  'on this machine': async (intercept) => {
    const [deployment, cwd] = [nscale({ intercept }), await workFolder()];
    function runAs(pid: number): Run {
      const self = { pid, host: 'test-host', isRunning: (other: number) => other === pid };
      return (argv, options) => deployment.run(argv, { cwd, self, ...options });
    }
    return [runAs(4711), runAs(4712)];
  },
  'in a store': async (intercept) => {
    const { machine } = useMachines(nscale({ intercept }));
    return [machine('runner-1').run, machine('runner-2').run];
  },
};

interface Rotated extends Outcome {
  /** The exit code of the other run. */
  readonly otherCode: number | null;
  /** What is in the journal afterwards, as JSON. */
  readonly left: string;
  /** When requests left that change something, in seconds after the other run's. */
  readonly asked: readonly number[];
}

/**
 * Rotates at a terminal; the other run has its turn while a person is asked.
 * @param doneMs when the service gets to the lost request, in milliseconds after it was sent; null is never
 */
async function rotate(place: string, selection: readonly string[], doneMs: number | null): Promise<Rotated> {
  let now = testNow;
  let isOther = false;
  let lateDone: { readonly due: number; readonly work: () => Promise<unknown> } | null = null;
  const asked: number[] = [];
  let otherCode: number | null = null;
  const [run, otherRun] =
    (await places[place]?.(async (request, next) => {
      const isChange = request.url.endsWith('/rotate');
      if (isChange) asked.push(now);
      if (!isOther) return next(request);
      if (isChange) {
        const copy = request.clone();
        if (doneMs !== null) lateDone = { due: now + doneMs, work: () => next(copy) };
        return Response.error();
      }
      // What became of it cannot be read.
      return asked.length > 0 ? new Response(null, { status: 503 }) : next(request);
    })) ?? [];
  const overrides: TestContextOptions['overrides'] = {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
      if (lateDone === null || now < lateDone.due) return;
      const { work } = lateDone;
      lateDone = null;
      await work();
    },
  };
  const outcome = await run?.(['sa', 'rotate', ...selection, '--to', 'file:token', '-q', '.'], {
    terminal: 300,
    overrides,
    prompt: {
      confirm: async () => {
        isOther = true;
        otherCode = (await otherRun?.(otherRotation, { overrides }))?.code ?? null;
        isOther = false;
        return true;
      },
    },
  });
  if (outcome === undefined) throw new Error(`there is no ${place}`);
  const left = await run?.(['recover', 'list', '--json'], { overrides });
  return { ...outcome, otherCode, left: left?.stdout ?? '', asked: asked.map((at) => (at - (asked[0] ?? 0)) / 1000) };
}

const selections: Readonly<Record<string, readonly string[]>> = {
  'one account': ['--id', 'ci-deploy'],
  'a fleet': ['--match', 'ci-deploy'],
};

const waiting = 'an earlier request, whose answer was lost, may still be done; waiting 30 seconds for it';

describe.each(Object.keys(places))('with a state %s', (place) => {
  describe.each(Object.entries(selections))('a rotation of %s', (_, selection) => {
    it('is sent once that request can no longer be done', async () => {
      const { code, stderr, otherCode, asked, left } = await rotate(place, selection, null);
      expect({ code, otherCode, left }).toEqual({ code: 0, otherCode: 7, left: '[]\n' });
      expect(stderr).toContain(waiting);
      expect(asked).toEqual([0, expect.any(Number)]);
      // A connection that ended may be worked on for 30 s, and as long was looked.
      expect(asked[1]).toBeGreaterThanOrEqual(60);
    });

    it('is refused where that request is done meanwhile', async () => {
      const { code, stderr, otherCode, asked } = await rotate(place, selection, 45_000);
      expect({ code, otherCode }).toEqual({ code: 5, otherCode: 7 });
      expect(stderr).toContain(waiting);
      expect(stderr).toContain('was changed by somebody else in the meantime; nothing was sent');
      expect(asked).toEqual([0]);
    });
  });

  it('a rotation of a fleet waits for nothing where that request has been done already', async () => {
    const { code, stderr, otherCode, asked } = await rotate(place, ['--match', 'ci-deploy'], 0);
    expect({ code, otherCode, hasWaited: stderr.includes(waiting) }).toEqual({
      code: 5,
      otherCode: 7,
      hasWaited: false,
    });
    expect(asked).toEqual([0]);
  });
});
