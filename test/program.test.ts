import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';

import { wholeTree } from '../src/program.ts';
import { run } from './harness/run.ts';

function leaves(command: CommandUnknownOpts, path = ''): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const child of command.commands) {
    const name = `${path} ${child.name()}`.trim();
    if (child.commands.length === 0) {
      found.set(
        name,
        child.options.map((option) => option.long ?? option.flags),
      );
    }
    for (const entry of leaves(child, name)) found.set(...entry);
  }
  return found;
}

describe('the command tree', () => {
  // The public interface, retyped by hand: a change here is a change for every user.
  it('has these commands, and these flags beyond the common ones', async () => {
    expect(Object.fromEntries(leaves(await wholeTree()))).toEqual({
      'serviceaccounts list':
        '--search --tag --status --expiring-within --older-than --unused-for --active --sort --columns --wide --limit'.split(
          ' ',
        ),
      'serviceaccounts get': ['--id'],
      'serviceaccounts create':
        '--file --stdin --name --description --group --tag --role --scope --cluster --keep-rules --if-missing --allow-duplicate --to --verify --no-verify --reissue --no-reissue --no-journal --no-capsule --token --allow-tenant-change'.split(
          ' ',
        ),
      'serviceaccounts update':
        '--id --file --stdin --name --description --group --add-group --remove-group --tag --remove-tag --enable --disable --allow-self --done'.split(
          ' ',
        ),
      'serviceaccounts rotate':
        '--id --all --match --tag --status --expiring-within --older-than --age-from --include-expired --include-disabled --supersede --concurrency --report --file --stdin --token --allow-tenant-change --to --verify --no-verify --reissue --no-reissue --allow-self --no-journal --no-capsule'.split(
          ' ',
        ),
      'serviceaccounts delete': ['--id', '--ignore-missing', '--allow-self', '--done'],
      'tokens list': ['--id'],
      'tokens create':
        '--id --file --stdin --token --to --verify --no-verify --allow-tenant-change --no-journal --no-capsule'.split(
          ' ',
        ),
      'tokens revoke': ['--id', '--token', '--done'],
      'tokens restore': ['--id', '--token'],
      'groups list': [],
      'roles list': [],
      'accessrules list': ['--account'],
      'accessrules create': ['--account', '--role', '--scope', '--cluster'],
      'accessrules delete': ['--id', '--allow-self'],
      'scopes list': [],
      'orgs list': [],
      'recover list': [],
      'recover show': ['--id', '--reveal'],
      'recover deliver': ['--id', '--all', '--to'],
      'recover discard': ['--id'],
      'recover open': ['--file'],
      'audit list': ['--id', '--since', '--limit'],
      'state init': [],
      'state check': [],
      'state show': ['--id'],
      'state unlock': ['--id', '--generation'],
      'state migrate': ['--from', '--move'],
      'config init': ['--name', '--client-id', '--credential', '--unchecked'],
      'config get': [],
      'config set': [],
      'config unset': [],
      'config explain': [],
      'config path': [],
      'sandbox serve': ['--port', '--control-plane', '--fault'],
      'sandbox reset': [],
      'sandbox console augment create': ['--name', '--description'],
      'sandbox console augment issue': ['--account', '--token'],
      'sandbox console augment revoke': ['--account', '--token'],
      'sandbox console augment delete': ['--account'],
      whoami: [],
      doctor: [],
      schema: [],
      completion: [],
      help: [],
    });
  });

  it('has these common flags', async () => {
    const tree = await wholeTree();
    expect(tree.options.map(({ flags }) => flags)).toEqual([
      '--provider <name>',
      '--profile <name>',
      '--org <id>',
      '--endpoint <url>',
      '--allow-endpoint-override',
      '--ca-cert <file>',
      '--timeout <duration>',
      '--sandbox',
      '--json',
      '-q, --query <filter>',
      '--query-file <path>',
      '--arg <name=value>',
      '--format <format>',
      '--crlf',
      '--raw',
      '--dry-run',
      '-y, --yes',
      '--wait <duration>',
      '--no-input',
      '--debug',
      '--quiet',
      '--no-color',
      '--version',
    ]);
  });

  it('knows serviceaccounts by the aliases of the nscale CLI', async () => {
    const noun = (await wholeTree()).commands.find((command) => command.name() === 'serviceaccounts');
    expect(noun?.aliases()).toEqual(['sa', 'serviceaccount']);
  });

  it('shows a summary, a description and examples for every verb', async () => {
    const verbs = [...leaves(await wholeTree()).keys()].filter((path) => path !== 'help');
    for (const path of verbs) {
      const { code, stdout, stderr } = await run([...path.split(' '), '--help']);
      expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: '' });
      expect(stdout).toContain('\nExamples:\n  $ sactl ');
    }
  });
});

describe('misuse of the command line', () => {
  const cases: readonly (readonly [argv: string, stderr: string])[] = [
    ['sa lst', "sactl: unknown command 'lst'\nhint: did you mean sactl sa list?\n"],
    ['sa list --nope', "sactl: unknown option '--nope'\nhint: sactl serviceaccounts list --help\n"],
    ['orgs list extra', 'sactl: "extra" is no flag\nhint: sactl orgs list --help\n'],
    ['sa get ci-deploy', 'sactl: "ci-deploy" is no flag\nhint: did you mean sactl sa get --id ci-deploy?\n'],
    [
      'sa get --provider runai it$',
      `sactl: "it$" is no flag\nhint: did you mean sactl sa get --provider runai --id 'it$'?\n`,
    ],
    ['sa get --id a b', 'sactl: "b" is no flag\nhint: it takes one account at a time: sactl sa get --id a\n'],
    [
      'sa list --dry-run -y',
      'sactl: --dry-run does nothing with "sactl serviceaccounts list"\n' +
        'sactl: --yes does nothing with "sactl serviceaccounts list"\n' +
        'hint: sactl serviceaccounts list --help\n',
    ],
    ['orgs list --org x', 'sactl: --org does nothing with "sactl orgs list"\nhint: sactl orgs list --help\n'],
    ['sa get --id a --id b', 'sactl: --id is given twice\n'],
    ['sa list --org a --org=b', 'sactl: --org is given twice\n'],
    [
      'sa delete --id a --raw --yes',
      'sactl: --raw does nothing with "sactl serviceaccounts delete"\nhint: sactl serviceaccounts delete --help\n',
    ],
    ['--timeout 4w sa list', 'sactl: --timeout "4w" must be at most 1h\nhint: sactl serviceaccounts list --help\n'],
    ['sa create --name', 'sactl: --name needs a value\nhint: sactl serviceaccounts create --help\n'],
    [
      'completion foo',
      'sactl: shell "foo" must be one of bash, zsh, fish, powershell\nhint: sactl completion --help\n',
    ],
    ['help nope', 'sactl: there is no help on "nope"\nhint: sactl --help\n'],
    [
      '--timeout soon sa list',
      'sactl: --timeout "soon" must have the form 90s, 30m, 12h, 14d or 2w, or several in one such as 1d12h\n' +
        'hint: sactl serviceaccounts list --help\n',
    ],
  ];

  it.each(cases)('sactl %s', async (argv, stderr) => {
    expect(await run(argv.split(' '))).toEqual({ code: 2, stdout: '', stderr });
  });

  it('prints one line of JSON where JSON was asked for', async () => {
    const { code, stdout, stderr } = await run(['sa', 'list', '--json', '--nope']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'usage',
        message: "unknown option '--nope'",
        hint: 'sactl serviceaccounts list --help',
        provider: null,
        status: null,
        traceId: null,
        retryable: false,
        exitCode: 2,
      },
    });
  });
});

describe('help and version', () => {
  it.each(['exit-codes', 'environment'])('explains %s', async (topic) => {
    const { code, stdout, stderr } = await run(['help', topic]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').length).toBeGreaterThan(10);
  });

  it('shows a command by its alias', async () => {
    const direct = await run(['serviceaccounts', 'rotate', '--help']);
    expect(await run(['help', 'sa', 'rotate'])).toEqual(direct);
  });

  it.each(['sa', 'config', 'sandbox console', 'sandbox console augment'])(
    'shows what "%s" alone can do',
    async (noun) => {
      const help = await run([...noun.split(' '), '--help']);
      expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: sactl /), stderr: '' });
      expect(await run(noun.split(' '))).toEqual(help);
      const data = await run([...noun.split(' '), '--help', '--json']);
      expect(await run([...noun.split(' '), '--json'])).toEqual(data);
    },
  );

  it('prints the version alone', async () => {
    const { code, stdout, stderr } = await run(['--version']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
