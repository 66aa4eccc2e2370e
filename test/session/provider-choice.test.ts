import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { testNow } from '../harness/context.ts';
import { run, type Outcome } from '../harness/run.ts';
import { problems, workFolder } from '../commands/support.ts';

const { clientId, clientSecret } = runaiSandboxClients.administrator;
const nscaleHost = 'identity.nks.europe-west4.nscale.com';
const runaiHost = 'runai.example.com';

/** Unlike the emulator's own, part of no other name. */
const nscaleToken = 'token-of-nscale-only';

const both = {
  NSCALE_SERVICE_TOKEN: nscaleToken,
  RUNAI_BASE_URL: `https://${runaiHost}/`,
  RUNAI_CLIENT_ID: clientId,
  RUNAI_CLIENT_SECRET: clientSecret,
};

interface Traffic extends Outcome {
  /** Host, and everything that went there: address, headers and body. */
  readonly sent: readonly { readonly host: string; readonly text: string }[];
}

/** Runs a command where both providers answer, and keeps what each was sent. */
async function watch(argv: readonly string[], env: Record<string, string>): Promise<Traffic> {
  const emulators = new Map([
    [nscaleHost, createNscaleEmulator({ now: () => testNow, state: seedNscale(testNow) })],
    [runaiHost, createRunaiEmulator({ now: () => testNow, state: seedRunai(testNow) })],
  ]);
  const sent: { host: string; text: string }[] = [];
  const outcome = await run(argv, {
    env,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { host } = new URL(request.url);
      const headers = JSON.stringify([...request.headers]);
      sent.push({ host, text: `${request.url}\n${headers}\n${await request.clone().text()}` });
      if (request.headers.get('authorization') === `Bearer ${nscaleToken}`) {
        request.headers.set('authorization', `Bearer ${sandboxTokens.administrator}`);
      }
      const emulator = emulators.get(host);
      return emulator === undefined ? Response.error() : emulator.fetch(request);
    },
  });
  return { ...outcome, sent };
}

/** The environment with a user's configuration file that holds this. */
async function userConfiguration(content: unknown): Promise<Record<string, string>> {
  const folder = await workFolder({ 'config.json': JSON.stringify(content) });
  return { SACTL_CONFIG: join(folder, 'config.json') };
}

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
