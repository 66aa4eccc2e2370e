import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { nscaleEndpoint, organizationId, sandboxTokens, useNscale } from '../harness/nscale.ts';
import { testContext } from '../harness/context.ts';
import { runIn } from '../harness/run.ts';
import { workFolder } from '../commands/support.ts';

const nscale = useNscale();

const provider = { provider: 'nscale', credential: { env: 'CI_TOKEN' } };
const token = { NSCALE_SERVICE_TOKEN: undefined, CI_TOKEN: sandboxTokens.administrator };

/** The environment with a user's configuration file that holds this. */
async function userConfiguration(content: unknown): Promise<Record<string, string>> {
  const folder = await workFolder({ 'config.json': JSON.stringify(content) });
  return { SACTL_CONFIG: join(folder, 'config.json') };
}

describe('a project file', () => {
  it.each([
    ['endpoint', { endpoint: 'https://evil.example' }],
    ['profiles', { profiles: { x: provider } }],
    ['credential', { credential: { env: 'AWS_SECRET_ACCESS_KEY' } }],
    ['profile', { profile: 'x' }],
    ['ca', { ca: 'ca.pem' }],
  ])('that sets %s is refused before any request', async (key, content) => {
    const deployment = nscale();
    const cwd = await workFolder({ '.sactlrc.json': JSON.stringify(content) });
    const { code, stdout, stderr } = await deployment.run(['sa', 'list'], { cwd });
    expect({ code, stdout, requests: deployment.requests }).toEqual({ code: 2, stdout: '', requests: [] });
    expect(stderr).toContain('.sactlrc.json');
    expect(stderr).toContain(key);
  });

  it('may say what is printed, and flags go before it', async () => {
    const content = { format: 'csv', columns: ['name', 'status'], org: organizationId };
    const cwd = await workFolder({ '.sactlrc.json': JSON.stringify(content) });
    const search = ['sa', 'list', '--search', 'scratch'];
    expect((await nscale().run(search, { cwd })).stdout).toBe('name,status\nscratch,active\n');
    expect((await nscale().run([...search, '--columns', 'id,name'], { cwd })).stdout).toMatch(/^id,name\n/);
    expect((await nscale().run([...search, '-q', '.[].name'], { cwd })).stdout).toBe('scratch\n');
    expect((await nscale().run([...search, '--format', 'table'], { cwd })).stdout).toBe(
      'NAME     STATUS\nscratch  active\n',
    );
  });

  it('with an unknown column is a problem that names the file', async () => {
    const cwd = await workFolder({ '.sactlrc.json': '{"columns": ["nope"]}' });
    const { code, stderr } = await nscale().run(['sa', 'list'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('.sactlrc.json');
    expect(stderr).toContain('there is no column "nope"');
  });
});

describe('a profile', () => {
  it('is a connection of its own', async () => {
    const env = { ...token, ...(await userConfiguration({ profiles: { ci: provider } })) };
    const argv = ['whoami', '--profile', 'ci', '-q', '.profile, .subject, .credentialSource'];
    const { code, stdout, stderr } = await nscale().run(argv, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ci\nann@example\.com\n.*CI_TOKEN.*\n$/);
  });

  it('sends its credential to another endpoint only when that is allowed', async () => {
    const env = { ...token, ...(await userConfiguration({ profiles: { ci: provider } })) };
    const argv = ['whoami', '--profile', 'ci', '--endpoint', `${nscaleEndpoint}/`, '--no-color'];
    const refusing = nscale();
    const { code, stderr } = await refusing.run(argv, { env });
    expect({ code, requests: refusing.requests }).toEqual({ code: 2, requests: [] });
    expect(stderr).toContain('--endpoint beside a profile needs --allow-endpoint-override here');
    expect(stderr).toContain('hint: --allow-endpoint-override says yes to: Send the credential of');
    const allowed = await nscale().run([...argv, '--allow-endpoint-override'], { env });
    expect(allowed.code).toBe(0);
  });

  it.each([
    [true, 0, 1],
    [false, 2, 0],
  ])('asks on a terminal about another endpoint: %j', async (answer, code, requests) => {
    const env = { ...token, ...(await userConfiguration({ profiles: { ci: provider } })) };
    const deployment = nscale();
    const argv = ['whoami', '--profile', 'ci', '--endpoint', `${nscaleEndpoint}/`];
    const outcome = await deployment.run(argv, {
      env,
      terminal: 100,
      prompt: { confirm: () => Promise.resolve(answer) },
    });
    expect({ code: outcome.code, requests: deployment.requests.length }).toEqual({ code, requests });
  });

  it('that does not exist is refused', async () => {
    const env = await userConfiguration({ profiles: { ci: provider } });
    const deployment = nscale();
    const { code, stderr } = await deployment.run(['whoami', '--profile', 'nope'], { env });
    expect({ code, requests: deployment.requests }).toEqual({ code: 2, requests: [] });
    expect(stderr).toBe('sactl: flag --profile is "nope"; there is ci\n');
  });
});

describe('the connection', () => {
  it.each([
    [['--endpoint', 'http://nscale.example']],
    [['--endpoint', 'not a url']],
    [['--provider', 'nope']],
    [['--timeout', '0x']],
    [['--ca-cert', '/nonexistent/ca.pem']],
  ])('refuses %j before any request', async (flags) => {
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(['whoami', ...flags]);
    expect({ code, stdout, requests: deployment.requests }).toEqual({ code: 2, stdout: '', requests: [] });
    expect(stderr).toContain(flags[0]);
    expect(stderr).not.toContain(sandboxTokens.administrator);
  });

  it('says how http would betray the credential', async () => {
    expect(await nscale().run(['whoami', '--endpoint', 'http://nscale.example'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: flag --endpoint must use https: http would send the credential to nscale.example unencrypted\n',
    });
  });

  it('never carries the token to another origin', async () => {
    const seen: string[] = [];
    const context = testContext({
      env: { NSCALE_SERVICE_TOKEN: sandboxTokens.administrator },
      fetch: (input) => {
        seen.push(input instanceof Request ? input.url : input.toString());
        return Promise.resolve(new Response(null, { status: 302, headers: { location: 'https://evil.example/x' } }));
      },
    });
    const { code, stdout, stderr } = await runIn(context, ['sa', 'list', '--debug']);
    expect({ code, stdout, seen: seen.length }).toEqual({ code: 1, stdout: '', seen: 1 });
    expect(seen[0]).toMatch(/^https:\/\/identity\.nks\.europe-west4\.nscale\.com\//);
    expect(stderr).not.toContain(sandboxTokens.administrator);
  });
});
