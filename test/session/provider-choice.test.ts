import { describe, expect, it } from 'vitest';

import { organizationId } from '../../src/sandbox/nscale/seed-ids.ts';
import { scripted } from '../harness/prompts.ts';
import { problems, workFolder } from '../commands/support.ts';
import {
  both,
  clientId,
  clientSecret,
  nscaleHost,
  nscaleToken,
  runaiHost,
  userConfiguration,
  watch,
} from './two-providers.ts';

const list = ['sa', 'list', '-q', '.[0].provider'];

describe('which provider is meant', () => {
  it('is a question where the environment has credentials for two', async () => {
    const { code, stdout, stderr, sent } = await watch(['sa', 'list'], both);
    expect({ code, stdout, stderr, sent }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['which provider? There are credentials for nscale and runai: --provider <one>, or all']),
      sent: [],
    });
  });

  it.each([
    ['the only credential in the environment', [], { NSCALE_SERVICE_TOKEN: undefined }, 'runai'],
    ['the flag', ['--provider', 'runai'], {}, 'runai'],
    ['the variable', [], { SACTL_PROVIDER: 'nscale' }, 'nscale'],
    ['the flag before the variable', ['--provider', 'runai'], { SACTL_PROVIDER: 'nscale' }, 'runai'],
  ])('is settled by %s', async (_, flags, env, provider) => {
    const merged = { ...both, ...env } as Record<string, string>;
    expect(await watch([...list, ...flags], merged)).toMatchObject({ code: 0, stdout: `${provider}\n` });
  });

  it('needs the whole of a credential', async () => {
    const { RUNAI_CLIENT_SECRET: _, ...env } = both;
    const { code, stdout, stderr, sent } = await watch([...list, '--provider', 'runai'], env);
    expect({ code, stdout, sent }).toEqual({ code: 4, stdout: '', sent: [] });
    expect(stderr).toContain('RUNAI_CLIENT_ID is set but RUNAI_CLIENT_SECRET is not');
  });
});

describe('a terminal with several credentials', () => {
  const profiles = {
    gpu: { provider: 'runai', endpoint: `https://${runaiHost}`, clientId, credential: { env: 'GPU_SECRET' } },
  };
  const nscaleChoice = `nscale, NSCALE_SERVICE_TOKEN, https://${nscaleHost}`;
  const gpuChoice = `runai, profile gpu, https://${runaiHost}`;

  it('is asked which one, with where each is', async () => {
    const env = { ...both, GPU_SECRET: clientSecret, ...(await userConfiguration({ profiles })) };
    const { prompt, asked } = scripted(['2']);
    const { code, stdout } = await watch(['whoami', '-q', '.provider, .profile'], env, { terminal: 100, prompt });
    expect({ code, stdout, asked }).toEqual({
      code: 0,
      stdout: 'runai\ngpu\n',
      asked: [
        {
          message: 'Which provider?',
          choices: [
            { value: '0', label: nscaleChoice },
            { value: '1', label: `runai, RUNAI_CLIENT_SECRET, https://${runaiHost}/` },
            { value: '2', label: gpuChoice },
          ],
        },
      ],
    });
  });

  it('may mean all of them, where the command can work on all', async () => {
    const { prompt, asked } = scripted(['all']);
    const { code, stdout, stderr } = await watch(['sa', 'list', '-q', 'map(.provider) | unique'], both, {
      terminal: 100,
      prompt,
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '["nscale","runai"]\n', stderr: '' });
    expect(asked).toMatchObject([
      { choices: [{ label: nscaleChoice }, { value: '1' }, { value: 'all', label: 'all of them' }] },
    ]);
  });

  it.each([
    ['a rotation of one account', ['sa', 'rotate', '--id', 'ci-deploy'], {}],
    ['a flag that means one', ['sa', 'list', '--endpoint', `https://${runaiHost}`], {}],
  ])('is not offered all for %s', async (_, argv, env) => {
    const { prompt, asked } = scripted(['0']);
    await watch(argv, { ...both, ...env }, { terminal: 100, prompt });
    expect(asked[0]?.choices?.map(({ value }) => value)).toEqual(['0', '1']);
  });

  it('is offered profiles where the environment has none', async () => {
    const env = { GPU_SECRET: clientSecret, ...(await userConfiguration({ profiles })) };
    const { prompt, asked } = scripted(['0', '0']);
    const options = { terminal: 100, prompt };
    expect(await watch(list, env, options)).toMatchObject({ code: 0, stdout: 'runai\n' });
    expect(await watch([...list, '--provider', 'runai'], env, options)).toMatchObject({ code: 0, stdout: 'runai\n' });
    expect(asked.map(({ choices }) => choices)).toEqual([
      [{ value: '0', label: gpuChoice }],
      [{ value: '0', label: gpuChoice }],
    ]);
  });

  it('is not asked by --no-input, nor where something else is wrong', async () => {
    const { prompt } = scripted([]);
    const options = { terminal: 100, prompt };
    const which = 'which provider? There are credentials for nscale and runai: --provider <one>';
    expect(await watch(['whoami', '--no-input', '--no-color'], both, options)).toMatchObject({
      code: 2,
      stderr: problems([which]),
    });
    const { code, stderr, sent } = await watch(['whoami', '-q', '.['], both, options);
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(stderr).toContain(which);
  });

  it('may mean all for a rotation of several', async () => {
    const { prompt, asked } = scripted(['all', false]);
    const argv = ['sa', 'rotate', '--match', 'ci-*', '--to'];
    const { code, sent } = await watch([...argv, 'file:{provider}-{name}.token'], both, {
      terminal: 100,
      prompt,
      cwd: await workFolder(),
    });
    expect({ code, asked: asked.map(({ message }) => message) }).toEqual({
      code: 2,
      asked: ['Which provider?', expect.stringMatching(/^Rotate the credentials of \d+ service accounts\?$/)],
    });
    expect(new Set(sent.map(({ host }) => host))).toEqual(new Set([nscaleHost, runaiHost]));
  });

  it('is asked once by a rotation of several', async () => {
    const { prompt, asked } = scripted(['0', false]);
    const to = ['--to', 'file:{name}.token'];
    const env = { ...both, ...(await userConfiguration({})) };
    const argv = ['sa', 'rotate', '--match', 'ci-deploy', ...to];
    const { code, stderr } = await watch(argv, env, { terminal: 100, prompt, cwd: await workFolder() });
    expect({ code, asked: asked.map(({ message }) => message) }).toEqual({
      code: 2,
      asked: ['Which provider?', 'Rotate the credential of one service account?'],
    });
    expect(stderr).toContain('not confirmed; nothing was changed');
  });
});

describe('a command that one provider has', () => {
  it.each([
    ['accessrules list -q .[0].role', 'runai'],
    ['scopes list -q .[0].id', 'runai'],
    ['groups list -q .[0].id', 'nscale'],
    ['orgs list -q .[0].id', 'nscale'],
  ])('is that one with credentials for two: %s', async (argv, provider) => {
    const { code, stderr, sent } = await watch(argv.split(' '), both);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(new Set(sent.map(({ host }) => host))).toEqual(new Set([provider === 'runai' ? runaiHost : nscaleHost]));
  });

  it('goes past a file that prefers another, and not past a flag', async () => {
    const env = { ...both, ...(await userConfiguration({ provider: 'nscale' })) };
    expect(await watch(['scopes', 'list', '-q', '.[0].id'], env)).toMatchObject({ code: 0 });
    const refused = await watch(['scopes', 'list', '--provider', 'nscale'], env);
    expect(refused).toMatchObject({ code: 2, sent: [] });
    expect(refused.stderr).toContain('nscale cannot list scopes; runai can');
  });

  it('is asked for among those that have it', async () => {
    const env = { ...both, AUGMENT_SESSION_AUTH: '{}' };
    const { code, stderr, sent } = await watch(['roles', 'list'], env);
    expect({ code, stderr, sent }).toEqual({
      code: 2,
      stderr: problems(['which provider? There are credentials for nscale and runai: --provider <one>']),
      sent: [],
    });
  });

  it('may be told from a flag', async () => {
    const argv = ['sa', 'create', '--name', 'ci-speech', '--role', 'Viewer', '--scope', 'tenant', '--dry-run'];
    const { code, stdout, stderr } = await watch([...argv, '-q', '.provider'], both);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'runai\n', stderr: '' });
  });

  it('names what that one lacks', async () => {
    const { code, stderr } = await watch(['scopes', 'list'], { NSCALE_SERVICE_TOKEN: nscaleToken });
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr:
        'sactl: no credential for runai: set RUNAI_BASE_URL, and RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, or RUNAI_TOKEN\n' +
        'hint: to try it without a credential, add --sandbox\n',
    });
  });
});

describe('a profile of Run:ai', () => {
  const profiles = {
    gpu: { provider: 'runai', endpoint: `https://${runaiHost}`, clientId, credential: { env: 'GPU_SECRET' } },
  };

  it('brings its own client id and secret, whatever the environment has', async () => {
    const env = {
      ...both,
      RUNAI_CLIENT_ID: 'someone-else',
      RUNAI_CLIENT_SECRET: 'another-secret',
      GPU_SECRET: clientSecret,
      ...(await userConfiguration({ profiles })),
    };
    const argv = ['whoami', '--profile', 'gpu', '-q', '.provider, .profile, .subject'];
    const { code, stdout, sent } = await watch(argv, env);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `runai\ngpu\n${clientId}\n` });
    for (const { host, text } of sent) {
      expect(host).toBe(runaiHost);
      expect(text).not.toContain('another-secret');
      expect(text).not.toContain('someone-else');
    }
  });

  it('contradicts --provider nscale', async () => {
    const env = { ...both, GPU_SECRET: clientSecret, ...(await userConfiguration({ profiles })) };
    const argv = [...list, '--profile', 'gpu', '--provider', 'nscale'];
    const { code, stdout, stderr, sent } = await watch(argv, env);
    expect({ code, stdout, sent }).toEqual({ code: 2, stdout: '', sent: [] });
    expect(stderr).toContain('is for runai, and flag --provider says nscale');
  });
});

describe('an organization on Run:ai', () => {
  it('is a usage error as a flag', async () => {
    const argv = ['sa', 'list', '--provider', 'runai', '--org', organizationId];
    const { code, stdout, stderr, sent } = await watch(argv, both);
    expect({ code, stdout, stderr, sent }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([
        `flag --org "${organizationId}": a Run:ai credential belongs to one organization; leave it out`,
      ]),
      sent: [],
    });
  });

  it('is no obstacle as a setting that is for nscale', async () => {
    const env = { ...both, SACTL_ORG: organizationId };
    expect(await watch([...list, '--provider', 'runai'], env)).toMatchObject({ code: 0 });
    const file = { ...both, ...(await userConfiguration({ org: organizationId })) };
    expect(await watch([...list, '--provider', 'runai'], file)).toMatchObject({ code: 0 });
  });
});

describe('a credential', () => {
  const foreign = {
    nscale: { host: nscaleHost, secrets: [clientSecret, clientId] },
    runai: { host: runaiHost, secrets: [nscaleToken] },
  } as const;
  const commands: readonly string[][] = [
    ['sa', 'list', '--json'],
    ['whoami', '--json'],
    ['roles', 'list', '--json'],
    ['sa', 'create', '--name', 'ci-speech', '--json'],
  ];

  it.each(['nscale', 'runai'] as const)('goes to no other provider than %s', async (provider) => {
    const { host, secrets } = foreign[provider];
    for (const command of commands) {
      const { code, stderr, sent } = await watch([...command, '--provider', provider], both);
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
      expect(new Set(sent.map((request) => request.host))).toEqual(new Set([host]));
      for (const { text } of sent) {
        for (const secret of secrets) expect(text).not.toContain(secret);
      }
    }
  });

  it('that --endpoint of another host takes along is that of the named provider only', async () => {
    const argv = [...list, '--provider', 'runai', '--endpoint', `https://${nscaleHost}`];
    const { sent } = await watch(argv, both);
    expect(sent.length).toBeGreaterThan(0);
    for (const { text } of sent) expect(text).not.toContain(nscaleToken);
  });
});
