// @module-tag slow
import { describe, expect, it } from 'vitest';

import { ciJobs } from '../../harness/ci-jobs.ts';
import { useNscale } from '../../harness/nscale.ts';
import type { Outcome } from '../../harness/run.ts';
import { workFolder } from '../support.ts';
import { rotate, whileRotating } from './rotating.ts';

const deploy = useNscale();
const jobs = Object.entries(ciJobs);
const since = 'since 2026-11-22T12:00:00Z';
const wait = 'wait for it to end';
const showRun = ['state', 'show', '-q', '.[].heldBy.run'];

/** The error of a second rotation, as `-q` has it. */
function messageOf({ code, stdout, stderr }: Outcome): unknown {
  const { error } = JSON.parse(stderr) as { error: { message: string; hint: string } };
  expect(error.hint).toContain(wait);
  return { code, stdout, message: error.message };
}

describe('whoever meets a run of a CI job is told its page', () => {
  it.each(jobs)('in a store: %s', async (_, { env, url }) => {
    const seen: Outcome[] = [];
    const { own } = await whileRotating(
      deploy,
      async (second) => {
        seen.push(await second.run(rotate), await second.run(showRun));
      },
      env,
    );
    expect(own).toMatchObject({ code: 0 });
    const [rival, shown] = seen;
    expect(rival && messageOf(rival)).toEqual({
      code: 5,
      stdout: '',
      message: `nscale service account ci-deploy is held by process 101 on runner-1 (${url}) ${since}`,
    });
    expect(shown).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' });
  });

  it.each(jobs)('on one machine: %s', async (_, { env, url }) => {
    const seen: Outcome[] = [];
    const cwd = await workFolder();
    const rival = { pid: 4712, host: 'test-host', isRunning: () => true };
    const deployment = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        if (request.url.endsWith('/rotate') && seen.length === 0) {
          for (const argv of [rotate, showRun]) seen.push(await deployment.run(argv, { cwd, self: rival }));
        }
        return answer;
      },
    });
    expect(await deployment.run(rotate, { cwd, env })).toMatchObject({ code: 0 });
    const [refused, shown] = seen;
    expect(refused && messageOf(refused)).toEqual({
      code: 5,
      stdout: '',
      message: `nscale service account ci-deploy is locked by process 4711 on test-host (${url}) ${since}`,
    });
    expect(shown).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' });
  });
});
