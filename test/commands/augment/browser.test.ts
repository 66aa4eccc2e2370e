import { setTimeout } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { workshop, type Call } from '../../delivery/programs/fakes.ts';
import { consoleUrl, reviewer, seedInventory, sessionOf, useAugment } from '../../harness/augment.ts';
import { runIn } from '../../harness/run.ts';

const deploy = useAugment();
const offer = 'Open it in the browser?';
const add = `tokens create --id ${reviewer.account} --token second --no-color`;
const revoke = `tokens revoke --id ${reviewer.account} --token ${reviewer.token} --no-color`;

interface Screen {
  readonly env?: Record<string, string>;
  readonly platform?: NodeJS.Platform;
  /** The programs there are. */
  readonly programs?: readonly string[];
  readonly isWanted?: boolean;
}

/** Runs a command at a terminal; gives the questions, and the calls of programs when one is to be expected. */
async function send(
  argv: string,
  { env = { DISPLAY: ':0' }, platform = 'linux', programs = ['xdg-open'], isWanted = true }: Screen,
): Promise<{ questions: readonly string[]; calls: readonly Call[] }> {
  const shop = await workshop();
  onTestFinished(() => shop.remove());
  for (const program of programs) await shop.fake(program);
  const deployment = deploy({ inventory: seedInventory() });
  deployment.issuance({ token: 'second', value: 'fresh' });
  const questions: string[] = [];
  const { ctx, ...context } = deployment.context({
    cwd: shop.work,
    env: { PATH: shop.bin, SACTL_PROVIDER: 'augment', ...env },
    terminal: 200,
    prompt: {
      password: () => Promise.resolve(sessionOf('fresh')),
      confirm: ({ message }) => {
        questions.push(message);
        return Promise.resolve(message === offer ? isWanted : false);
      },
    },
  });
  await runIn({ ...context, ctx: { ...ctx, platform } }, argv.split(' '));
  const expected = questions.includes(offer) && isWanted ? 1 : 0;
  for (let tries = 0; (await shop.calls()).length < expected && tries < 200; tries += 1) {
    await setTimeout(20);
  }
  return { questions, calls: await shop.calls() };
}

describe('the page of the console', () => {
  it.each([add, revoke])('is opened for whoever wants it: %s', async (argv) => {
    const { questions, calls } = await send(argv, {});
    expect(questions[0]).toBe(offer);
    expect(calls.map((call) => call.argv)).toEqual([[consoleUrl]]);
    expect(calls[0]?.env).not.toHaveProperty('AUGMENT_SESSION_AUTH');
  });

  it('is not opened for whoever does not', async () => {
    const { questions, calls } = await send(add, { isWanted: false });
    expect(questions[0]).toBe(offer);
    expect(calls).toEqual([]);
  });

  it.each<[what: string, screen: Screen]>([
    ['a screen', { env: {} }],
    ['a program for it', { programs: [] }],
  ])('is not offered without %s', async (_, screen) => {
    expect((await send(add, screen)).questions).not.toContain(offer);
  });

  it('is opened on macOS, too', async () => {
    const mac: Screen = { platform: 'darwin', env: {}, programs: ['open'] };
    expect((await send(add, mac)).calls.map((call) => call.argv)).toEqual([[consoleUrl]]);
  });
});
