import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { argvsOf } from '../commands/help/lines.ts';
import { workFolder } from '../commands/support.ts';
import { testContext } from '../harness/context.ts';
import { runIn } from '../harness/run.ts';
import { freshStateDirectory } from '../harness/state.ts';
import { columns, picture } from './picture.ts';

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));

it.each([
  ['list', 'Accounts of all providers', 'sactl sa list --provider all'],
  [
    'rotation',
    'Rotating what expires within two weeks',
    "sactl sa rotate --expiring-within 14d --to 'file:{name}.token' --yes",
  ],
  ['doctor', 'Looking at settings, connection and credential', 'sactl doctor --provider nscale'],
])('docs/pictures/%s.svg shows what the program prints (npm run readme makes it)', async (name, title, command) => {
  const cwd = await workFolder();
  const env = { SACTL_SANDBOX: '1', SACTL_STATE_DIR: freshStateDirectory() };
  const [argv = []] = argvsOf(command);
  const { stdout, stderr } = await runIn(testContext({ cwd, env, terminal: columns }), argv);
  const printed = `${stderr}${stdout}`;
  await expect(picture({ title, command, printed })).toMatchFileSnapshot(`${folder}${name}.svg`);
});
