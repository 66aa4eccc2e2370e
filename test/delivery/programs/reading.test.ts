// @module-tag slow
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { issuingProviders, type IssuingProvider } from '../../harness/providers.ts';
import { runIn as runInContext, type Outcome } from '../../harness/run.ts';
import { entriesIn } from '../../outcomes/observe.ts';
import { createWorld, type World } from '../../outcomes/world.ts';

const entryId = '00000000-0000-4000-8000-000000000001';
const take = "exec:sh -c 'cat >got'";

function runIn(world: World, argv: readonly string[]): Promise<Outcome> {
  return runInContext(world.context({ env: { PATH: '/usr/bin:/bin' } }), argv);
}

function rotate(world: World, target: string): Promise<Outcome> {
  return runIn(world, [...world.argv, '--to', target, '-q', '.deliveredTo[] | .ok']);
}

/** What the program wrote into a file of the working directory; null when it did not. */
function gotIn({ folder }: World): string | null {
  const path = join(folder, 'got');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

const accounts: Readonly<Record<IssuingProvider, string>> = {
  nscale: 'ci-deploy (c1f0a2b4-5a5e-4f67-8a0c-0d4a6f1b2001)',
  runai: 'batch-trainer (4fad6052-be87-4142-be79-a5d406fb1205)',
};

/** All that is on stderr when a credential stays undelivered. */
function kept(provider: IssuingProvider, problem: string, { isFinal = true } = {}): string {
  const recover = `sactl recover deliver --id ${entryId}`;
  const message = `the new credential of ${provider} service account ${accounts[provider]} was not delivered to ${problem}; it is kept`;
  const hint = isFinal ? `fix what it reports, then: ${recover}; or add --to <target> for another place` : recover;
  return `${JSON.stringify({
    error: { code: 'undelivered', message, hint, provider, status: null, traceId: null, retryable: false, exitCode: 8 },
  })}\n`;
}

/** @param missed the target of the rotation, which the recovery leaves out */
async function expectRecovered(world: World, missed: string): Promise<void> {
  expect(entriesIn(world.stateDirectory)).toHaveLength(1);
  const [issued, ...others] = world.issued;
  expect(others).toEqual([]);
  const recovered = await runIn(world, [
    'recover',
    'deliver',
    '--id',
    entryId,
    '--to',
    take,
    '--yes',
    '-q',
    '.verified',
  ]);
  const stderr = `sactl: ${missed} has not had this credential, and does not get it: what is there stays\n`;
  expect(recovered).toEqual({ code: 0, stdout: 'true\n', stderr });
  expect(gotIn(world)).toBe(issued);
  expect(entriesIn(world.stateDirectory)).toEqual([]);
}

describe.each(issuingProviders)('on %s', (provider) => {
  const lengths = provider === 'nscale' ? [20, 5000, 1024 * 1024] : [5000];

  describe.each(lengths)('a credential of %i characters', (length) => {
    test.each([
      'true',
      'head -c1',
      "sh -c 'exec <&-; sleep 0.05'",
      "sh -c 'cat </dev/null'",
      "sh -c '(sleep 600; cat >got) <&0 >/dev/null 2>&1 &'",
    ])('is not delivered, tried once and kept, where nobody reads it: %s', async (command) => {
      const world = createWorld(provider, 'rotate', { length });
      const [program] = command.split(' ');
      const problem = `exec:${command}: ${program} ended without reading the whole credential`;
      expect(await rotate(world, `exec:${command}`)).toEqual({
        code: 8,
        stdout: 'false\n',
        stderr: kept(provider, problem),
      });
      expect(gotIn(world)).toBeNull();
      await expectRecovered(world, `exec:${command}`);
    });

    test.each(['sh -c "cat >got"', 'sh -c "sleep 0.2; cat >got"', 'sh -c "exec dd of=got status=none"'])(
      'is delivered to a program that reads it: %s',
      async (command) => {
        const world = createWorld(provider, 'rotate', { length });
        expect(await rotate(world, `exec:${command}`)).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
        expect(gotIn(world)).toBe(world.issued[0]);
        expect(entriesIn(world.stateDirectory)).toEqual([]);
      },
    );

    test('is tried again where the program fails, and kept', async () => {
      const world = createWorld(provider, 'rotate', { length });
      const command = "sh -c 'cat >got; exit 3'";
      const { code, stdout, stderr } = await rotate(world, `exec:${command}`);
      const problem = `exec:${command}: sh failed with exit code 3`;
      const tries = [1, 2, 4, 8, 16, 16].map((pause) => `sactl: ${problem}; trying again in ${pause} s\n`);
      expect({ code, stdout, stderr }).toEqual({
        code: 8,
        stdout: 'false\n',
        stderr: `${tries.join('')}${kept(provider, problem, { isFinal: false })}`,
      });
      expect(gotIn(world)).toBe(world.issued[0]);
      await expectRecovered(world, `exec:${command}`);
    });
  });

  test('what a program says of a long credential is shown without it', async () => {
    const world = createWorld(provider, 'rotate', { length: 4500 });
    const command = `sh -c 'tee got >&2; exit 127'`;
    const { code, stderr } = await rotate(world, `exec:${command}`);
    expect({ code, stderr }).toEqual({
      code: 8,
      stderr: kept(provider, `exec:${command}: sh failed with exit code 127: [secret]`),
    });
    await expectRecovered(world, `exec:${command}`);
  });
});
