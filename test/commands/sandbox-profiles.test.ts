import { expect, it } from 'vitest';

import { testContext } from '../harness/context.ts';
import { run, runIn } from '../harness/run.ts';
import { sandboxProviders } from '../../src/sandbox/providers.ts';
import { workFolder } from './support.ts';

it('sandbox serve prints how to make profiles of its addresses, and they work', async () => {
  const controller = new AbortController();
  const state = { SACTL_STATE_DIR: await workFolder() };
  const context = testContext({ env: state, signal: controller.signal });
  const outcome = runIn(context, ['sandbox', 'serve', '--port', '0']);
  await expect.poll(context.stderr).toMatch(/until Ctrl-C\n$/);

  const lines = [...context.stdout().matchAll(/^# sactl (config init .*)$/gm)].map(([, line = '']) => line);
  expect(lines).toHaveLength(3);
  const secrets = Object.values(sandboxProviders).flatMap(({ environment }) => environment('http://127.0.0.1'));
  const options = { env: Object.fromEntries(secrets), homeDirectory: await workFolder(), fetch };
  for (const line of lines) {
    const { code, stdout, stderr } = await run([...line.split(' '), '-q', '.provider'], options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(line).toContain(`--provider ${stdout.trim()} `);
  }
  controller.abort();
  expect(await outcome).toMatchObject({ code: 0 });
});
