// @module-tag slow
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { split } from 'shlex';
import { beforeEach, describe, expect, it } from 'vitest';

import { isTargetKind } from '../../src/delivery/targets/kinds.ts';
import { useWorkshop, type Answer, type Call } from '../delivery/programs/fakes.ts';
import { runIn, type Ran } from '../outcomes/observe.ts';
import { programWorlds } from '../outcomes/targets/programs.ts';
import { createWorld, type World } from '../outcomes/world.ts';

// Each line of docs/guide/recipes.md is run with stand-ins that note their arguments, their environment and their input.

const page = readFileSync(join(import.meta.dirname, '../../docs/guide/recipes.md'), 'utf8');

interface Recipe {
  readonly tool: string;
  /** What follows `--to`, as a shell gives it to sactl. */
  readonly target: string;
}

const recipes: readonly Recipe[] = [...page.matchAll(/^- \*\*(.+?)\*\*(.*)$/gm)].flatMap(([, tool = '', text = '']) =>
  [...text.matchAll(/`--to (.+?)`/g)].map(([, words = '']) => ({ tool, target: split(words)[0] ?? '' })),
);

/** What must come of a line: the last call of which program, with which arguments, reads which text. */
interface Wanted {
  readonly program: string;
  /** With spaces between them. */
  readonly argv: string | RegExp;
  /** Default: the credential as it is. */
  readonly input?: (secret: string) => unknown;
  /** Whether its input is read as JSON. */
  readonly isJson?: true;
  /** Whether it opens its input by a path, so that a socket would not do. */
  readonly needsPipe?: true;
  readonly answers?: readonly Answer[];
}

const item = { id: 'ITEM', login: { username: 'ci', password: 'old' }, notes: 'x' };

/** A request whose body is JSON, by `send-json`. */
function request(method: string, address: string, service: string, input: (value: string) => unknown): Wanted {
  const argv = `-fsS -X ${method} -H @/etc/ci/${service} --data-binary @- https://${address}`;
  return { program: 'curl', argv, input, isJson: true };
}

/** By the tool's name on the page; those with a kind of target of their own are known by that. */
const wanted: Readonly<Record<string, Wanted>> = {
  'AWS Systems Manager Parameter Store': {
    program: 'aws',
    argv: 'ssm put-parameter --name /ci/nscale --type SecureString --overwrite --value file:///dev/stdin',
    needsPipe: true,
  },
  Jenkins: {
    program: 'ssh',
    argv: '-p 2222 jenkins.example.com update-credentials-by-xml system::system::jenkins _ nscale',
    input: (secret) => {
      const kind = 'org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl';
      return `<${kind}><scope>GLOBAL</scope><id>nscale</id><secret>${secret}</secret></${kind}>`;
    },
  },
  'Sealed Secrets': {
    program: 'kubectl',
    argv: 'create secret generic nscale -n ci --dry-run=client --from-file=token=/dev/stdin -o json',
    needsPipe: true,
  },
  'Docker Swarm': { program: 'docker', argv: /^secret create nscale-\d{14} -$/ },
  Podman: { program: 'podman', argv: 'secret create --replace nscale -' },
  systemd: { program: 'systemd-creds', argv: 'encrypt --name=nscale - /etc/credstore.encrypted/nscale' },
  'Ansible Vault': {
    program: 'ansible-vault',
    argv: /^encrypt_string --vault-password-file \S+ --stdin-name nscale_token --output group_vars\/all\/nscale.yml$/,
  },
  'Fly.io': { program: 'fly', argv: 'secrets set NSCALE_TOKEN=- --app acme' },
  'Cloudflare Workers': { program: 'wrangler', argv: 'secret put NSCALE_TOKEN --name acme' },
  Vercel: { program: 'vercel', argv: 'env add NSCALE_TOKEN production --force' },
  'A host': { program: 'ssh', argv: 'ci@build.example.com umask 077; cat >token.new && mv token.new token' },
  Bitwarden: {
    program: 'bw',
    argv: 'edit item ITEM',
    input: (password) => ({ ...item, login: { ...item.login, password } }),
    isJson: true,
    answers: [
      { when: 'get item', stdout: JSON.stringify(item) },
      { when: 'encode', stdout: '{input}' },
    ],
  },
  Infisical: {
    program: 'infisical',
    argv: 'secrets set --projectId PROJECT --env prod --file /dev/stdin',
    input: (secret) => `NSCALE_TOKEN=${secret}\n`,
    needsPipe: true,
  },
  pass: { program: 'pass', argv: 'insert -m -f ci/nscale' },
  'macOS keychain': {
    program: 'security',
    argv: '-i',
    input: (secret) => `add-generic-password -U -a ci -s nscale -w ${secret}\n`,
  },
  'Secret Service of a Linux desktop': { program: 'secret-tool', argv: 'store --label=nscale service nscale' },
  SOPS: { program: 'sops', argv: 'set --value-stdin secrets.yaml ["nscale"]', isJson: true },
  age: { program: 'age', argv: '-r RECIPIENT -o nscale.age' },
  'A webhook': {
    program: 'curl',
    argv: /^-fsS (?:-H Content-Type: application\/json )?--data-binary @- https:\/\/hooks.example.com\/nscale$/,
  },
  'Bitbucket Pipelines': request(
    'PUT',
    'api.bitbucket.org/2.0/repositories/acme/app/pipelines_config/variables/%7BUUID%7D',
    'bitbucket',
    (value) => ({ key: 'NSCALE_TOKEN', secured: true, value }),
  ),
  Buildkite: request(
    'PUT',
    'api.buildkite.com/v2/organizations/acme/clusters/CLUSTER/secrets/SECRET/value',
    'buildkite',
    (value) => ({ value }),
  ),
  CircleCI: request(
    'PUT',
    'circleci.com/api/v2/context/CONTEXT/environment-variable/NSCALE_TOKEN',
    'circleci',
    (value) => ({ value }),
  ),
  Heroku: request('PATCH', 'api.heroku.com/apps/acme/config-vars', 'heroku', (value) => ({ NSCALE_TOKEN: value })),
  Netlify: request(
    'PATCH',
    'api.netlify.com/api/v1/accounts/acme/env/NSCALE_TOKEN?site_id=SITE',
    'netlify',
    (value) => ({ context: 'all', value }),
  ),
  'Terraform Cloud': request(
    'PATCH',
    'app.terraform.io/api/v2/workspaces/WORKSPACE/vars/VARIABLE',
    'terraform',
    (value) => ({ data: { type: 'vars', id: 'VARIABLE', attributes: { value } } }),
  ),
};

const awsValue = JSON.stringify({ VersionId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb', SecretString: '{"a":1}' });

const shop = useWorkshop();
beforeEach(async () => {
  for (const { program, answers } of Object.values(wanted)) await shop.fake(program, answers);
  for (const { program, good } of Object.values(programWorlds)) await shop.fake(program, good);
  await shop.fake('aws', [{ when: 'secretsmanager get', stdout: awsValue }]);
  await shop.fake('kubeseal');
  await installJq();
  const [, script = ''] = /^```shell\n([^]*?)^```/m.exec(page) ?? [];
  await shop.script(join(shop.bin, 'send-json'), [script]);
});

/** jq as sactl has it, which notes its calls as the stand-ins do. */
function installJq(): Promise<void> {
  const module = JSON.stringify(createRequire(import.meta.url).resolve('jq-wasm'));
  const log = JSON.stringify(join(dirname(shop.bin), 'calls'));
  return shop.script(join(shop.bin, 'jq'), [
    `#!${process.execPath}`,
    "const { appendFileSync, readFileSync } = require('node:fs');",
    'const argv = process.argv.slice(2);',
    "const input = readFileSync(0, 'utf8');",
    "const call = { program: 'jq', argv, env: process.env, input, isPipe: true, code: 0 };",
    `appendFileSync(${log}, JSON.stringify(call) + '\\n');`,
    "const flags = [...argv[0].slice(1)].map((flag) => '-' + flag);",
    `require(${module}).raw(input, argv[1], flags).then(({ stdout, stderr, exitCode }) => {`,
    '  process.stderr.write(stderr);',
    '  process.stdout.write(stdout, () => process.exit(exitCode));',
    '});',
  ]);
}

function rotateTo(world: World, target: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runIn(world, { flags: ['--to', target] }, { env: { PATH: `${shop.bin}:/usr/bin:/bin`, ...env } });
}

/** The calls of all programs, none of which has the secret among its arguments or variables. */
async function callsWithout(secret: string): Promise<readonly Call[]> {
  const calls = await shop.calls();
  expect(JSON.stringify(calls.map(({ argv, env }) => [argv, env]))).not.toContain(secret);
  return calls;
}

describe('a line with a program gives it the credential on stdin alone', () => {
  it.each(recipes.filter(({ target }) => target.startsWith('exec')))('$tool: $target', async ({ tool, target }) => {
    const world = createWorld('nscale', 'rotate', {});
    const { code, stderr } = await rotateTo(world, target);
    const [secret = ''] = world.issued;
    const calls = await callsWithout(secret);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { program, argv, input = asItIs, isJson, needsPipe = false } = wanted[tool] ?? unknown;
    const got = calls.findLast((call) => call.program === program);
    expect(got?.argv.join(' ')).toMatch(argv instanceof RegExp ? argv : exactly(argv));
    const isObject = isJson === true || target.startsWith('exec+json:');
    const read: unknown = isObject ? JSON.parse(got?.input ?? '') : got?.input;
    expect(target.startsWith('exec+json:') ? valueOf(read) : read).toEqual(input(secret));
    expect(needsPipe && got?.isPipe === false).toBe(false);
  });
});

const unknown: Wanted = { program: 'a program that the test does not know', argv: '' };

/** A pattern of this text and nothing else. */
function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`);
}

function asItIs(secret: string): string {
  return secret;
}

/** The value of a credential object. */
function valueOf(credential: unknown): unknown {
  return Object(credential).value;
}

describe('a line with a kind of target is delivered, and nothing is secret in its arguments', () => {
  const named = recipes.filter(({ target }) => !target.startsWith('exec'));

  it.each(named)('$tool: $target', async ({ target }) => {
    expect(isTargetKind(target.replace(/:.*/, ''))).toBe(true);
    const world = createWorld('nscale', 'rotate', {});
    const { code, stderr } = await rotateTo(world, target);
    const [secret = ''] = world.issued;
    const calls = await callsWithout(secret);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const forms = [secret, Buffer.from(secret).toString('base64')];
    expect(calls.filter(({ input }) => forms.some((form) => input.includes(form)))).toHaveLength(1);
  });
});

it('a role is the profile that aws is given', async () => {
  const world = createWorld('nscale', 'rotate', {});
  const { code } = await rotateTo(world, 'aws-secret:ci/nscale', { AWS_PROFILE: 'deploy' });
  expect(code).toBe(0);
  expect(new Set((await shop.calls()).map(({ env }) => env['AWS_PROFILE']))).toEqual(new Set(['deploy']));
});

it('has a line for every tool that is looked for here', () => {
  const tools = new Set(recipes.map(({ tool }) => tool));
  expect(Object.keys(wanted).filter((tool) => !tools.has(tool))).toEqual([]);
});
