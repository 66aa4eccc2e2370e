import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { runaiEndpoint, runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { workFolder } from '../support.ts';
import { userFile } from './home.ts';

const runai = useRunai();

describe('config init for Run:ai', () => {
  it('leaves the default to the first profile, and the rest of the file as it is', async () => {
    const home = await workFolder();
    const file = join(home, userFile);
    const before =
      '# mine\nprofiles:\n  nscale:\n    provider: nscale\n    credential: { env: TOKEN }\nprofile: nscale\n';
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, before);
    const { clientId, clientSecret } = runaiSandboxClients.administrator;
    const place = ['--provider', 'runai', '--endpoint', runaiEndpoint, '--client-id', clientId, '--name', 'gpu'];
    const argv = ['config', 'init', ...place, '--credential', 'env:SECRET', '-q', '[.profile, .isDefault, .subject]'];
    expect(await runai().run(argv, { homeDirectory: home, env: { SECRET: clientSecret } })).toEqual({
      code: 0,
      stdout: '["gpu",false,"sandbox-administrator"]\n',
      stderr: '',
    });
    const profile = `  gpu:
    provider: runai
    endpoint: ${runaiEndpoint}
    clientId: ${clientId}
    credential: { env: SECRET }
`;
    expect(await readFile(file, 'utf8')).toBe(before.replace('profile: nscale\n', `${profile}profile: nscale\n`));
  });

  it('says all that is missing at once', async () => {
    const home = await workFolder();
    const { code, stderr } = await runai().run(['config', 'init', '--provider', 'runai'], {
      homeDirectory: home,
      env: { RUNAI_BASE_URL: undefined },
    });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'sactl: --endpoint is missing: the address of the control plane\nsactl: --client-id is missing\n' +
        'sactl: --credential is missing: env:<NAME>, file:<path> or command:<program and arguments>\n',
    });
  });
});
