// @module-tag slow
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { runaiAccountIds, runaiSandboxClients } from '../../../src/sandbox/runai/seed-ids.ts';
import { run } from '../../harness/run.ts';
import { runaiSandbox } from '../runai-sandbox.ts';
import { workFolder } from '../support.ts';

async function names(...flags: readonly string[]): Promise<readonly string[]> {
  const sandbox = await runaiSandbox();
  const { code, stdout } = await sandbox(['sa', 'list', '-q', '.[].name', ...flags]);
  expect(code).toBe(0);
  return stdout === '' ? [] : stdout.trimEnd().split('\n');
}

describe('sa list on Run:ai', () => {
  it('shows when accounts were used, and no column for an expiry that none has', async () => {
    const { code, stdout, stderr } = await (await runaiSandbox())(['sa', 'list', '--limit', '1']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual(['NAME', 'STATUS', 'CREATED', 'LAST USED', 'ID']);
    expect(rows[1]?.[0]).toBe('batch-trainer');
    expect(rows[1]?.at(-1)).toBe(runaiAccountIds.batchTrainer);
  });

  it('shows an expiry where it is asked for', async () => {
    const argv = ['sa', 'list', '--limit', '1', '--columns', 'expiresAt,name'];
    expect((await (await runaiSandbox())(argv)).stdout).toBe('EXPIRES  NAME\n-        batch-trainer\n');
  });

  it.each([
    [
      ['--search', 'CI-'],
      ['ci-language', 'ci-vision'],
    ],
    [['--search', runaiAccountIds.robotArm.slice(0, 8)], ['robot-arm']],
    [['--search', runaiSandboxClients.newcomer.clientId], ['sandbox-newcomer']],
    [
      ['--sort', '-name', '--limit', '2'],
      ['terraform', 'sandbox-newcomer'],
    ],
    [['--sort', 'createdAt', '--limit', '1'], ['sandbox-administrator']],
    [['--sort', 'enabled', '--limit', '1'], ['retired-notebooks']],
    [['--sort', '-createdAt', '--search', 'imported'], ['imported-job']],
    [['--expiring-within', '14d'], []],
  ])('%j', async (flags, expected) => {
    expect(await names(...flags)).toEqual(expected);
  });

  it('sorts what has no time last, in both directions', async () => {
    expect((await names('--sort', 'createdAt')).at(-1)).toBe('imported-job');
    expect((await names('--sort', '-createdAt')).at(-1)).toBe('imported-job');
  });

  it('joins the rules of all accounts where they are asked for', async () => {
    const sandbox = await runaiSandbox();
    const argv = ['sa', 'list', '--columns', 'name,rules', '--format', 'csv', '--search', 'dashb'];
    expect((await sandbox(argv)).stdout).toBe(
      'name,rules\ndashboards,"Viewer on tenant acme (1001), Department viewer on department platform (52)"\n',
    );
    const one = ['sa', 'list', '--columns', 'name,rules', '--search', 'imported'];
    expect((await sandbox(one)).stdout).toBe('NAME          RULES\nimported-job  -\n');
  });

  it('reads the rules to sort by them', async () => {
    const sandbox = await runaiSandbox();
    const argv = ['sa', 'list', '--sort', '-rules', '-q', '.[0].name, .[0].accessRules[0].role'];
    expect((await sandbox(argv)).stdout).toBe('dashboards\nViewer\n');
  });

  it('is csv of exact values', async () => {
    const sandbox = await runaiSandbox();
    const argv = 'sa list --search retired --format csv --columns name,status,enabled,clientId,groups,id';
    expect((await sandbox(argv.split(' '))).stdout).toBe(
      'name,status,enabled,clientId,groups,id\n' +
        `retired-notebooks,disabled,false,retired-notebooks,,${runaiAccountIds.notebooks}\n`,
    );
  });
});

/** Exit code and stdout of the command on each provider's sandbox, nscale first. */
async function both(...argv: readonly string[]): Promise<readonly (readonly [number, string])[]> {
  const env = { SACTL_STATE_DIR: await workFolder() };
  const runs = ['nscale', 'runai'].map(async (provider): Promise<[number, string]> => {
    const { code, stdout } = await run([...argv, '--sandbox', '--provider', provider], { env });
    return [code, stdout];
  });
  return Promise.all(runs);
}

describe('one model for all providers', () => {
  it('has the same keys in the same order', async () => {
    const [nscale, runai] = await both('sa', 'list', '-q', '.[] | keys_unsorted | join(" ")');
    const [first = '', ...others] = (nscale?.[1] ?? '').trimEnd().split('\n');
    expect(first).toMatch(/^provider profile id name .* raw$/);
    expect(new Set([...others, ...(runai?.[1] ?? '').trimEnd().split('\n')])).toEqual(new Set([first]));
  });

  it('has the same keys for one account, and for the result of a rotation', async () => {
    const keys = '-q=keys_unsorted | join(" ")';
    for (const argv of [['get'], ['rotate', '--dry-run']]) {
      const ids = ['ci-deploy', 'ci-vision'];
      const env = { SACTL_STATE_DIR: await workFolder() };
      const [nscale, runai] = await Promise.all(
        ['nscale', 'runai'].map((provider, at) =>
          run(
            [
              'sa',
              ...argv,
              '--id',
              ids[at] ?? '',
              keys.slice(0, 2),
              keys.slice(3),
              '--sandbox',
              '--provider',
              provider,
            ],
            { env },
          ),
        ),
      );
      expect(nscale?.stdout).toBe(runai?.stdout);
      expect(nscale?.code).toBe(0);
    }
  });

  /** Filters of reading commands, as the documents and the help show them. */
  const filters: readonly (readonly [filter: string, args: readonly string[]])[] = [
    ['.[].id', []],
    ['.[] | select(.status == "expired") | .id', []],
    ['.[] | [.id, .name] | @tsv', []],
    ...documentedFilters(),
  ];
  it.each(filters)('answers the filter %s on both', async (filter, args) => {
    const outcomes = await both('sa', 'list', ...args, '-q', filter);
    expect(outcomes.map(([code]) => code)).toEqual([0, 0]);
  });
});

/** Those of `sa list -q '…'` in the README and in the script author's guide. */
function documentedFilters(): readonly (readonly [filter: string, args: readonly string[]])[] {
  const pages = ['README.md', 'docs/guide/scripts.md'];
  const text = pages.map((page) => readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8')).join('');
  const lists = text.matchAll(/(?:sa|serviceaccounts) list([^\n]*) -q '([^']+)'/g);
  return Array.from(lists, ([, flags = '', filter = '']) => [filter, flags.match(/--arg|(?<=--arg )\S+/g) ?? []]);
}
