import { describe, expect, it } from 'vitest';

import { argvsOf } from './commands/help/lines.ts';
import { parse } from './commands/help/parse.ts';
import { createWorld } from './commands/help/world.ts';
import { run } from './harness/run.ts';

/** What somebody types, what is wrong with it, and the command that is meant. */
const guesses: readonly (readonly [typed: string, problem: string, hint: string])[] = [
  ['login', "unknown command 'login'", 'did you mean sactl help setup?'],
  ['auth login', "unknown command 'auth'", 'did you mean sactl help setup?'],
  ['auth status', "unknown command 'auth'", 'did you mean sactl doctor?'],
  ['auth token', "unknown command 'auth'", 'did you mean sactl config explain?'],
  ['init', "unknown command 'init'", 'did you mean sactl help setup?'],
  ['setup', "unknown command 'setup'", 'did you mean sactl help setup?'],
  ['logout', "unknown command 'logout'", 'there is no sign-in to end; what a command would use: sactl config explain'],
  ['profiles', "unknown command 'profiles'", 'did you mean sactl config explain?'],
  ['profile list', "unknown command 'profile'", 'did you mean sactl config explain?'],
  ['config list', "unknown command 'list'", 'did you mean sactl config explain?'],
  ['config get-contexts', "unknown command 'get-contexts'", 'did you mean sactl config explain?'],
  ['config use-context prod', "unknown command 'use-context'", 'did you mean sactl config set profile prod?'],
  ['use prod', "unknown command 'use'", 'did you mean sactl config set profile prod?'],
  ['info', "unknown command 'info'", 'did you mean sactl config explain?'],
  ['env', "unknown command 'env'", 'did you mean sactl config explain?'],
  ['status', "unknown command 'status'", 'did you mean sactl doctor?'],
  ['me', "unknown command 'me'", 'did you mean sactl whoami?'],
  ['auth whoami', "unknown command 'auth'", 'did you mean sactl whoami?'],
  ['whoiam', "unknown command 'whoiam'", 'did you mean sactl whoami?'],
  ['version', "unknown command 'version'", 'did you mean sactl --version?'],
  ['-v', "unknown option '-v'", 'did you mean sactl --version?'],
  ['-V', "unknown option '-V'", 'did you mean sactl --version?'],
  ['docs', "unknown command 'docs'", 'did you mean sactl help?'],
  ['open job.log', "unknown command 'open'", 'did you mean sactl recover open --file job.log?'],
  ['logs', "unknown command 'logs'", 'did you mean sactl audit list?'],
  ['keys', "unknown command 'keys'", 'did you mean sactl sa list?'],
  [
    'sa keys',
    "unknown command 'keys'",
    'a credential is shown once, when it is issued; what is known of it later: sactl sa get',
  ],
  ['ls', "unknown command 'ls'", 'did you mean sactl sa list?'],
  ['list', "unknown command 'list'", 'did you mean sactl sa list?'],
  ['show ci-deploy', "unknown command 'show'", 'did you mean sactl sa get --id ci-deploy?'],
  ['accounts', "unknown command 'accounts'", 'did you mean sactl sa list?'],
  ['accounts list', "unknown command 'accounts'", 'did you mean sactl sa list?'],
  ['service-accounts list', "unknown command 'service-accounts'", 'did you mean sactl sa list?'],
  ['get sa', "unknown command 'get'", 'did you mean sactl sa list?'],
  ['get sa ci-deploy', "unknown command 'get'", 'did you mean sactl sa get --id ci-deploy?'],
  [
    'get serviceaccount ci-deploy -o yaml',
    "unknown command 'get'",
    'did you mean sactl serviceaccount get --id ci-deploy --format yaml?',
  ],
  ['describe sa ci-deploy', "unknown command 'describe'", 'did you mean sactl sa get --id ci-deploy?'],
  ['delete sa old-runner', "unknown command 'delete'", 'did you mean sactl sa delete --id old-runner?'],
  [
    'create serviceaccount ci-new',
    "unknown command 'create'",
    'did you mean sactl serviceaccount create --name ci-new?',
  ],
  [
    'create token ci-deploy',
    "unknown command 'create'",
    'an account has one credential, and this replaces it: sactl sa rotate --id ci-deploy',
  ],
  ['iam service-accounts list', "unknown command 'iam'", 'did you mean sactl sa list?'],
  ['iam service-accounts create ci-new', "unknown command 'iam'", 'did you mean sactl sa create --name ci-new?'],
  ['list-service-accounts', "unknown command 'list-service-accounts'", 'did you mean sactl sa list?'],
  ['runai sa list', "unknown command 'runai'", 'did you mean sactl sa list --provider runai?'],
  ['rotate ci-deploy', "unknown command 'rotate'", 'did you mean sactl sa rotate --id ci-deploy?'],
  ['sa ls', "unknown command 'ls'", 'did you mean sactl sa list?'],
  ['sa lst', "unknown command 'lst'", 'did you mean sactl sa list?'],
  ['sa rm old-runner', "unknown command 'rm'", 'did you mean sactl sa delete --id old-runner?'],
  ['sa show ci-deploy', "unknown command 'show'", 'did you mean sactl sa get --id ci-deploy?'],
  ['sa describe ci-deploy', "unknown command 'describe'", 'did you mean sactl sa get --id ci-deploy?'],
  ['sa new ci-new', "unknown command 'new'", 'did you mean sactl sa create --name ci-new?'],
  ['sa add --name ci-new', "unknown command 'add'", 'did you mean sactl sa create --name ci-new?'],
  [
    'sa edit ci-deploy --add-group inference',
    "unknown command 'edit'",
    'did you mean sactl sa update --id ci-deploy --add-group inference?',
  ],
  ['sa regenerate ci-deploy', "unknown command 'regenerate'", 'did you mean sactl sa rotate --id ci-deploy?'],
  ['sa renew --id ci-deploy', "unknown command 'renew'", 'did you mean sactl sa rotate --id ci-deploy?'],
  [
    'sa revoke ci-deploy',
    "unknown command 'revoke'",
    'a credential ends when the next one is issued, and with the account: sactl sa rotate --id ci-deploy',
  ],
  [
    'sa disable runai-launcher --provider runai',
    "unknown command 'disable'",
    'did you mean sactl sa update --disable --id runai-launcher --provider runai?',
  ],
  ['sa find grafana', "unknown command 'find'", 'did you mean sactl sa list --search grafana?'],
  ['sa get ci-deploy', '"ci-deploy" is no flag', 'did you mean sactl sa get --id ci-deploy?'],
  [
    'sa get ci-deploy nightly-train',
    '"ci-deploy" is no flag',
    'it takes one account at a time: sactl sa get --id ci-deploy',
  ],
  ['sa rotate ci-deploy', '"ci-deploy" is no flag', 'did you mean sactl sa rotate --id ci-deploy?'],
  ["sa rotate 'ci-*'", '"ci-*" is no flag', "did you mean sactl sa rotate --match 'ci-*'?"],
  ['sa create ci-new', '"ci-new" is no flag', 'did you mean sactl sa create --name ci-new?'],
  ['sa list grafana', '"grafana" is no flag', 'did you mean sactl sa list --search grafana?'],
  ['sa list nscale', '"nscale" is no flag', 'did you mean sactl sa list --provider nscale?'],
  ['sa list -o json', "unknown option '-o'", 'did you mean sactl sa list --format json?'],
  ['sa list -o wide', "unknown option '-o'", 'did you mean sactl sa list --wide?'],
  ['get serviceaccounts -o wide', "unknown command 'get'", 'did you mean sactl serviceaccounts list --wide?'],
  ['sa list -l team=platform', "unknown option '-l'", "did you mean sactl sa list --tag 'team=platform'?"],
  ['sa list -ojson', "unknown option '-ojson'", 'did you mean sactl sa list --format json?'],
  ['sa list --output=yaml', "unknown option '--output'", 'did you mean sactl sa list --format yaml?'],
  [
    'sa list --format jsonl',
    "option '--format <format>' argument 'jsonl' is invalid. Allowed choices are table, json, ndjson, yaml, csv.",
    'did you mean sactl sa list --format ndjson?',
  ],
  [
    'sa list --format=JSON',
    "option '--format <format>' argument 'JSON' is invalid. Allowed choices are table, json, ndjson, yaml, csv.",
    'did you mean sactl sa list --format json?',
  ],
  [
    'sa list --provider run:ai',
    "option '--provider <name>' argument 'run:ai' is invalid. Allowed choices are nscale, runai, augment, all.",
    'did you mean sactl sa list --provider runai?',
  ],
  ['sa list --filter grafana', "unknown option '--filter'", 'did you mean sactl sa list --search grafana?'],
  ["sa list --filter '.[].id'", "unknown option '--filter'", "did you mean sactl sa list -q '.[].id'?"],
  ["sa list --jq '.[].id'", "unknown option '--jq'", "did you mean sactl sa list -q '.[].id'?"],
  ['sa list --all-providers', "unknown option '--all-providers'", 'did you mean sactl sa list --provider all?'],
  ['sa list -A', "unknown option '-A'", 'did you mean sactl sa list --provider all?'],
  ['sa list --all', "unknown option '--all'", 'did you mean sactl sa list --provider all?'],
  ['sa list --verbose', "unknown option '--verbose'", 'did you mean sactl sa list --debug?'],
  ['sa list -v', "unknown option '-v'", 'did you mean sactl sa list --debug?'],
  [
    'sa list --config ~/other.yaml',
    "unknown option '--config'",
    'the variable SACTL_CONFIG names your configuration file: sactl help config',
  ],
  [
    'sa list --token abc',
    "unknown option '--token'",
    'a secret is never a flag, because others could read it there; where it may come from: sactl help setup',
  ],
  [
    'sa list --password=abc',
    "unknown option '--password'",
    'a secret is never a flag, because others could read it there; where it may come from: sactl help setup',
  ],
  ['sa list --sort-by name', "unknown option '--sort-by'", 'did you mean sactl sa list --sort name?'],
  ['sa list --fields name,id', "unknown option '--fields'", "did you mean sactl sa list --columns 'name,id'?"],
  ['sa list -n 5', "unknown option '-n'", 'did you mean sactl sa list --limit 5?'],
  [
    'sa list --insecure',
    "unknown option '--insecure'",
    'certificates are always checked, and --ca-cert <file> adds an authority: sactl serviceaccounts list --help',
  ],
  [
    'sa list --expires-within 14d',
    "unknown option '--expires-within'",
    'did you mean sactl sa list --expiring-within 14d?',
  ],
  ['sa list --id ci-deploy', "unknown option '--id'", 'did you mean sactl sa list --search ci-deploy?'],
  ['sa list --formt json', "unknown option '--formt'", 'did you mean sactl sa list --format json?'],
  ['sa get --name ci-deploy', "unknown option '--name'", 'did you mean sactl sa get --id ci-deploy?'],
  ['sa get --ids ci-deploy', "unknown option '--ids'", 'did you mean sactl sa get --id ci-deploy?'],
  [
    'sa get ci-deploy --output json --verbose',
    "unknown option '--output'",
    'did you mean sactl sa get --id ci-deploy --format json --debug?',
  ],
  [
    'sa delete --id old-runner --force',
    "unknown option '--force'",
    'did you mean sactl sa delete --id old-runner --yes?',
  ],
  ['sa delete old-runner -f', "unknown option '-f'", 'did you mean sactl sa delete --id old-runner --yes?'],
  [
    'sa delete --id old-runner --ignore-not-found',
    "unknown option '--ignore-not-found'",
    'did you mean sactl sa delete --id old-runner --ignore-missing?',
  ],
  [
    'sa rotate --id ci-deploy --dry-run=client',
    "unknown option '--dry-run'",
    'did you mean sactl sa rotate --id ci-deploy --dry-run?',
  ],
  [
    'sa rotate --id ci-deploy --output token.txt',
    "unknown option '--output'",
    'did you mean sactl sa rotate --id ci-deploy --to file:token.txt?',
  ],
  [
    'sa update --provider runai --id runai-launcher --enabled',
    "unknown option '--enabled'",
    'did you mean sactl sa update --provider runai --id runai-launcher --enable?',
  ],
  ['--output json sa list', "unknown option '--output'", 'did you mean sactl sa list --format json?'],
  ['help login', 'there is no help on "login"', 'did you mean sactl help setup?'],
  ['help rotate', 'there is no help on "rotate"', 'did you mean sactl help sa rotate?'],
  ['help sa show', 'there is no help on "sa show"', 'did you mean sactl help sa get?'],
  ['help profiles', 'there is no help on "profiles"', 'did you mean sactl help config explain?'],
  ['organizations list', "unknown command 'organizations'", 'did you mean sactl orgs list?'],
  ['roles ls', "unknown command 'ls'", 'did you mean sactl roles list?'],
  ['team list', "unknown command 'team'", 'did you mean sactl groups list?'],
  ['recover retry --all', "unknown command 'retry'", 'did you mean sactl recover deliver --all?'],
  ['config show', "unknown command 'show'", 'did you mean sactl config explain?'],
  ['docter', "unknown command 'docter'", 'did you mean sactl doctor?'],
  ['sandbox start', "unknown command 'start'", 'did you mean sactl sandbox serve?'],
  ['migrate --from file', "unknown command 'migrate'", 'did you mean sactl state migrate --from file?'],
  ['completions bash', "unknown command 'completions'", 'did you mean sactl completion bash?'],
];

/** Commands that do not end, or that want something beside the sandbox. */
const elsewhere = /sandbox serve|--match|config set|recover open|state migrate|--ca-cert|tokens/;

it.each(guesses)('sactl %s', async (typed, problem, hint) => {
  const [argv = []] = argvsOf(`sactl ${typed}`);
  expect(await run(argv)).toEqual({ code: 2, stdout: '', stderr: `sactl: ${problem}\nhint: ${hint}\n` });

  const [, meant = ''] = /(?:^| )(sactl .*?)\??$/.exec(hint) ?? [];
  if (elsewhere.test(meant)) {
    await Promise.all(argvsOf(meant).map(parse));
    return;
  }
  const { code, stderr } = await (await createWorld()).run(meant);
  expect({ isMisuse: code === 2, stderr: code === 2 ? stderr : '' }).toEqual({ isMisuse: false, stderr: '' });
});

describe('a guess', () => {
  it('is in the JSON of an error, too', async () => {
    const { stderr } = await run(['users', 'ls', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { message: "unknown command 'users'", hint: 'did you mean sactl sa list --json?' },
    });
  });

  it('takes the fields of --json, as gh has them, for a filter', async () => {
    const { stderr } = await run(['sa', 'list', '--json', 'id,name']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { hint: "did you mean sactl sa list -q '.[] | {id, name}'?" } });
  });

  it('shows no value of a flag that is none', async () => {
    for (const argv of [['sa', 'list', '--token=s3cret'], ['sa', 'list', '--token', 's3cret'], ['--nope=s3cret']]) {
      const { code, stderr } = await run(argv);
      expect(code).toBe(2);
      expect(stderr).not.toContain('s3cret');
    }
  });

  it.each(['frobnicate', 'sa frobnicate', 'sa list --frobnicate', 'xyz list', 'orgs list acme', 'help frobnicate'])(
    'is not made of sactl %s',
    async (line) => {
      const { code, stderr } = await run(line.split(' '));
      expect({ code, stderr: stderr.split('\n')[1] }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^hint: sactl .*--help$/),
      });
    },
  );
});
