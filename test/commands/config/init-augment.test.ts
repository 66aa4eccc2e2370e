import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { useAugment } from '../../harness/augment.ts';
import { workFolder } from '../support.ts';
import { userFile } from './home.ts';

const augment = useAugment();

it('the commands that config init prints work on Augment, too', async () => {
  const home = await workFolder();
  const { run } = augment();
  const options = { homeDirectory: home, cwd: home };
  const argv = ['config', 'init', '--provider', 'augment', '--credential', 'env:AUGMENT_SESSION_AUTH'];
  const { code, stdout, stderr } = await run(argv, options);
  expect({ code, stderr, stdout: stdout.replaceAll(home, '~') }).toEqual({
    code: 0,
    stderr: '',
    stdout: `The profile augment is in ~/${userFile}, signed in as an account that is not recorded here.

Go on with
  sactl sa list --active
  sactl doctor
  sactl sa create --name <name> -f <session.json> --to file:<path> --dry-run
`,
  });
  await writeFile(
    join(home, 'session.json'),
    JSON.stringify({
      accessToken: 'made-in-the-console',
      tenantURL: 'https://acme.api.augmentcode.com/',
      scopes: ['read', 'write'],
    }),
  );
  const create = ['sa', 'create', '--name', 'ci', '-f', 'session.json', '--to', 'file:token', '--dry-run'];
  expect(await run(['sa', 'list', '--active', '-q', 'length'], options)).toMatchObject({ code: 0 });
  expect(await run(['doctor'], options)).toMatchObject({ code: 0 });
  expect(await run(create, options)).toMatchObject({ code: 0 });
});
