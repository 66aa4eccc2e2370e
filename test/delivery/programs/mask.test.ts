// @module-tag slow
import { describe, expect, it } from 'vitest';

import { openMasker } from '../../../src/delivery/mask.ts';
import { Secret } from '../../../src/model/credential.ts';
import { testContext } from '../../harness/context.ts';
import { issuedWith } from '../answers.ts';
import { secret, useWorkshop } from './fakes.ts';

const shop = useWorkshop();

/** The environment of a job of Buildkite's, with what is nobody's business. */
const job = {
  BUILDKITE: 'true',
  BUILDKITE_AGENT_JOB_API_SOCKET: '/tmp/job-api',
  BUILDKITE_AGENT_JOB_API_TOKEN: 'of-the-job',
  BUILDKITE_AGENT_REDACT_VARS_FILTER: 'true',
  NSCALE_SERVICE_TOKEN: 'of-the-caller',
};

/** What is noted of credentials with these values. */
async function masked(values: readonly string[], payload?: string): Promise<{ notes: string[]; stderr: string }> {
  const notes: string[] = [];
  const { ctx, stderr } = testContext({ cwd: shop.work, env: { PATH: shop.bin, HOME: '/home/ci', ...job } });
  const mask = openMasker({ ...ctx, stderr: { ...ctx.stderr, isFile: true } }, (text) => {
    notes.push(text);
    return Promise.resolve();
  });
  for (const value of values) {
    const issued = issuedWith(value);
    await mask(payload === undefined ? issued : { ...issued, payload: new Secret(payload) });
  }
  return { notes, stderr: stderr() };
}

describe('under Buildkite', () => {
  it('the agent is given every line on stdin, in one run, and nothing of the caller', async () => {
    await shop.fake('buildkite-agent');
    const payload = `{"accessToken":"${secret}"}`;
    expect(await masked([`${secret}\nsecond line\n}`], payload)).toEqual({ notes: [], stderr: '' });
    const calls = await shop.calls();
    expect(calls.map(({ argv, input }) => ({ argv, input }))).toEqual([
      {
        argv: ['redactor', 'add', '--format', 'json'],
        input: JSON.stringify({ 0: secret, 1: 'second line', 2: payload }),
      },
    ]);
    const [{ env } = { env: {} }] = calls;
    expect(env).toMatchObject({
      BUILDKITE_AGENT_JOB_API_SOCKET: '/tmp/job-api',
      BUILDKITE_AGENT_JOB_API_TOKEN: 'of-the-job',
      BUILDKITE_AGENT_REDACT_VARS_FILTER: 'false',
      HOME: '/home/ci',
    });
    expect(JSON.stringify(env)).not.toContain('of-the-caller');
    expect(JSON.stringify([env, calls[0]?.argv])).not.toContain(secret);
  });

  it('an agent that is not there is noted once', async () => {
    expect(await masked([secret, 'another.secret', 'a.third.secret'])).toEqual({
      notes: [
        `new credentials are not masked in this job's log: there is no program "buildkite-agent" in PATH (${shop.bin})`,
      ],
      stderr: '',
    });
  });

  it('an agent that fails is noted once, without the secret that it repeats', async () => {
    await shop.fake('buildkite-agent', [{ when: 'redactor', code: 1, stderr: 'no job API for {input}' }]);
    const { notes } = await masked([secret, secret]);
    expect(notes).toEqual([
      `new credentials are not masked in this job's log: buildkite-agent failed with exit code 1: no job API for {"0":"[secret]"}`,
    ]);
    expect(await shop.calls()).toHaveLength(2);
  });

  it('a program of that name in the working directory is not run', async () => {
    await shop.script(`${shop.work}/buildkite-agent`, ['#!/bin/sh', 'cat > stolen']);
    const notes: string[] = [];
    const { ctx } = testContext({ cwd: shop.work, env: { PATH: shop.work, ...job } });
    await openMasker(ctx, (text) => {
      notes.push(text);
      return Promise.resolve();
    })(issuedWith(secret));
    expect(notes).toEqual([
      `new credentials are not masked in this job's log: there is no program "buildkite-agent" in PATH; "${shop.work}/buildkite-agent" is passed over: it is in the working directory`,
    ]);
  });

  it('nothing to hide is no reason to run it', async () => {
    await shop.fake('buildkite-agent');
    expect(await masked(['abc'])).toEqual({ notes: [], stderr: '' });
    expect(await shop.calls()).toEqual([]);
  });
});
