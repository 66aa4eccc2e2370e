// @module-tag slow
import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { testNow } from '../../harness/context.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { brokenStdout, problems, workFolder } from '../support.ts';

const nscale = useNscale();

const columns =
  'the columns are provider, profile, name, description, organization, status, enabled, clientId, groups, tags, rules, ' +
  'createdAt, createdBy, updatedAt, lastUsedAt, expiresAt, age, id';

async function names(...flags: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await nscale().run(['sa', 'list', '-q', '.[].name', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

describe('sa list for people', () => {
  it('prints exact times and full names in a pipe', async () => {
    expect(await nscale().run(['sa', 'list', '--search', 'gateway'])).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'NAME               STATUS  CREATED               EXPIRES               ID',
        `inference-gateway  active  2026-10-23T12:00:00Z  2027-02-08T12:00:00Z  ${accountIds.gateway}`,
        `inference-gateway  active  2026-09-14T12:00:00Z  2026-12-13T12:00:00Z  ${accountIds.gatewayOld}`,
        '',
      ].join('\n'),
    });
  });

  it('prints colours on a terminal only where they are wanted', async () => {
    const inColour = await nscale().run(['sa', 'list'], { terminal: 120 });
    expect(inColour.stdout).toContain('\u001B[31mexpired\u001B[39m');
    const plain = await nscale().run(['sa', 'list'], { terminal: 120, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001B');
  });

  it('says on stderr that nothing matches, unless it is to be quiet', async () => {
    const argv = ['sa', 'list', '--search', 'zzz'];
    const note = 'sactl: none of 13 service accounts matches\n';
    expect(await nscale().run(argv)).toEqual({ code: 0, stdout: '', stderr: note });
    expect(await nscale().run([...argv, '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('warns that a token without rights sees itself only', async () => {
    const deployment = nscale({ token: sandboxTokens.selfRotating });
    expect(await deployment.run(['sa', 'list', '-q', '.[].name'])).toEqual({
      code: 0,
      stdout: 'self-rotating\n',
      stderr: 'sactl: this list may be incomplete: without read permission an nscale token sees only its own account\n',
    });
  });
});

describe('sa list for programs', () => {
  it('prints [] for an organization without accounts', async () => {
    const deployment = nscale({ state: { ...seedNscale(testNow), accounts: [] } });
    const { code, stdout, stderr } = await deployment.run(['sa', 'list', '--json']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '[]\n' });
    expect(stderr).toContain('sactl: no service accounts\n');
  });

  it('prints every key of every account', async () => {
    const { stdout } = await nscale().run(['sa', 'list', '-q', '[.[] | keys_unsorted] | unique[]']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      (
        'provider profile id name description organization status enabled clientId groups tags accessRules ' +
        'createdAt createdBy updatedAt lastUsedAt expiresAt tokens raw'
      ).split(' '),
    ]);
  });

  it('prints csv with the columns that are asked for', async () => {
    const argv = ['sa', 'list', '--format', 'csv', '--columns', 'id,name,groups', '--limit', '1'];
    expect(await nscale().run(argv)).toEqual({
      code: 0,
      stdout:
        `id,name,groups\n${accountIds.ciDeploy},ci-deploy,` +
        '"c77f6a10-3d5b-4f0e-8a2f-6d0b6e41a102, d90b1c22-4e6c-4a1f-9b3e-7e1c7f52b103"\n',
      stderr: '',
    });
  });

  it('prints csv that a shell reads line by line, and with --crlf what RFC 4180 says', async () => {
    const argv = ['sa', 'list', '--format', 'csv', '--columns', 'id', '--limit', '2'];
    const { stdout } = await nscale().run(argv);
    const script = 'while read -r id; do printf "<%s>" "$id"; done';
    const read = spawnSync('/bin/sh', ['-c', script], { input: stdout, encoding: 'utf8' });
    expect(read.stdout).toBe(`<id><${accountIds.ciDeploy}><e9b4a6c2-5f1d-4837-9d6e-8c3f7a2bb009>`);
    expect((await nscale().run([...argv, '--crlf'])).stdout).toBe(stdout.replaceAll('\n', '\r\n'));
  });

  it('takes the headings of a table for its columns, also from a file', async () => {
    const cwd = await workFolder({ 'sactl.config.yaml': 'columns: [NAME, Expires]' });
    const argv = ['sa', 'list', '--format', 'csv', '--sort', '-EXPIRES', '--limit', '1'];
    const expected = { code: 0, stdout: 'name,expiresAt\nephemeral-runner,2027-02-19T00:00:00Z\n', stderr: '' };
    expect(await nscale().run(argv, { cwd })).toEqual(expected);
    expect(await nscale().run([...argv, '--columns', 'name,EXPIRES'])).toEqual(expected);
  });

  it('prints one account per line as ndjson, and a sequence as yaml', async () => {
    const ndjson = await nscale().run(['sa', 'list', '--format', 'ndjson']);
    const lines = ndjson.stdout.trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toHaveLength(13);
    const yaml = await nscale().run(['sa', 'list', '--format', 'yaml', '--limit', '2']);
    expect(yaml.stdout.match(/^- provider: nscale$/gm)).toHaveLength(2);
  });

  it('prints exactly the answer of the API with --raw', async () => {
    const deployment = nscale();
    const { stdout } = await deployment.run(['sa', 'list', '--raw', '--json']);
    const raw = await deployment.run(['sa', 'list', '--raw', '-q', '.[].metadata.id']);
    const ids = raw.stdout.trimEnd().split('\n');
    expect(ids).toEqual(ids.toSorted());
    const [first] = JSON.parse(stdout) as unknown[];
    expect(first).toMatchObject({ metadata: { id: ids[0] }, spec: {}, status: {} });
    expect(Object.keys(first as object)).toEqual(['metadata', 'spec', 'status']);
  });

  it('runs several filters in order, and one from a file', async () => {
    const cwd = await workFolder({ 'count.jq': '# a comment\nlength' });
    const argv = ['sa', 'list', '-q', '.[0].name', '-q', '.[0].status', '--query-file', 'count.jq'];
    expect(await nscale().run(argv, { cwd })).toEqual({ code: 0, stdout: 'ci-deploy\nactive\n13\n', stderr: '' });
  });
});

describe('which accounts sa list prints', () => {
  it.each([
    [
      ['--search', 'NIGHTLY'],
      ['nightly-backup', 'nightly-train'],
    ],
    [
      ['--tag', 'team=platform', '--sort', 'name'],
      ['ci-deploy', 'nightly-backup', 'terraform'],
    ],
    [['--tag', 'team=platform', '--status', 'active', '--search', 'terra'], ['terraform']],
    [['--status', 'expired'], ['nightly-backup']],
    [['--status', 'deleting'], ['old-notebooks']],
    [['--search', 'old-notebooks'], ['old-notebooks']],
    [['--search', accountIds.scratch.slice(0, 13)], ['scratch']],
    [['--search', 'dashboards'], ['grafana-exporter']],
    [
      ['--expiring-within', '14d'],
      ['ci-deploy', 'grafana-exporter', 'nightly-train'],
    ],
    [['--expiring-within', '3d5h'], ['ci-deploy']],
    [
      ['--sort', '-name', '--limit', '2'],
      ['terraform', 'self-rotating'],
    ],
    [
      ['--sort', 'expiresAt', '--limit', '2'],
      ['nightly-backup', 'ci-deploy'],
    ],
    [['--sort', '-updatedAt', '--limit', '1'], ['ci-deploy']],
    [['--search', 'nightly', '--sort', '-name', '--limit', '1'], ['nightly-train']],
  ])('sactl sa list %j', async (flags, expected) => {
    expect(await names(...flags)).toEqual(expected);
  });
});

describe('sa list refuses', () => {
  const filters: readonly (readonly [argv: readonly string[], message: string])[] = [
    [['-q', '.['], '-q ".[" does not compile: syntax error, unexpected end of file at line 1, column 2'],
    [['--json', '-q', '.'], '--json and -q exclude each other: each says what is printed; -q alone filters that JSON'],
    [['--json', '--columns', 'name'], '--columns goes only with --format table or csv'],
    [['--json', '--crlf'], '--crlf goes only with --format csv'],
    [['--json', '--wide'], '--wide goes only with --format table or csv'],
    [['-q', ''], '-q "": the filter is empty; "." prints everything'],
  ];

  it.each(filters)('%j before any request', async (flags, message) => {
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(['sa', 'list', ...flags]);
    expect({ code, stdout, requests: deployment.requests }).toEqual({ code: 2, stdout: '', requests: [] });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'usage', message, exitCode: 2 } });
  });

  it('columns that are named, and all of them', async () => {
    const { code, stderr } = await nscale().run(['sa', 'list', '--columns', 'name', '--wide']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: problems(['--columns and --wide exclude each other']) });
  });

  it('everything that is wrong at once', async () => {
    const deployment = nscale();
    const argv = 'sa list --raw --limit 0 --sort nope --columns x,name --expiring-within soon --endpoint x'.split(' ');
    expect(await deployment.run(argv)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([
        '--raw goes only with --json, -q, --query-file or --format ndjson',
        'flag --endpoint is not a URL such as https://api.example.com',
        '--expiring-within "soon" must have the form 90s, 30m, 12h, 14d or 2w, or several in one such as 1d12h',
        '--limit "0" must be a whole number from 1',
        `--sort: there is no column "nope"; ${columns}`,
        `flag --columns: there is no column "x"; ${columns}`,
      ]),
    });
    expect(deployment.requests).toEqual([]);
  });
});

describe('sa list when stdout fails', () => {
  it('is done when the reader has gone', async () => {
    const outcome = await nscale().run(['sa', 'list'], { stdout: brokenStdout('EPIPE') });
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('fails when the disk is full', async () => {
    expect(await nscale().run(['sa', 'list'], { stdout: brokenStdout('ENOSPC') })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'sactl: cannot write to stdout: no space left on device (ENOSPC)\n',
    });
  });
});
