import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { connectionFlags, hintText, sactl, type ConnectionFlags } from '../../src/model/hint.ts';

const prod: ConnectionFlags = [
  ['--profile', 'prod'],
  ['--org', 'acme inc'],
  ['--endpoint', 'https://api.example.com'],
];

describe('a command', () => {
  test('takes its template as it is, and quotes every value', () => {
    const command = sactl`accessrules create --account ${'it’s; $(id)'} --role <role>`;
    expect(hintText(command)).toBe("sactl accessrules create --account 'it’s; $(id)' --role <role>");
  });

  test('takes several words at a time, none, or another command', () => {
    const show = sactl`recover show ${['--id', 'a b']} ${[]}`;
    expect(hintText(sactl`${show} --reveal`)).toBe("sactl recover show --id 'a b' --reveal");
  });
});

describe('the flags of a connection', () => {
  test.each([
    [
      'are behind a command',
      sactl`orgs list`,
      "sactl orgs list --profile prod --org 'acme inc' --endpoint https://api.example.com",
    ],
    [
      'are not said twice',
      sactl`orgs list --org x --profile y`,
      'sactl orgs list --org x --profile y --endpoint https://api.example.com',
    ],
    ['are not those of an entry of the journal', sactl`recover list`, 'sactl recover list'],
    ['mean nothing to a command without one', sactl`config path`, 'sactl config path'],
    ['mean nothing to help', sactl`serviceaccounts list --help`, 'sactl serviceaccounts list --help'],
    [
      'are in every command of a hint',
      ['see: ', sactl`tokens list --provider a --org x --endpoint y`, ' or: ', sactl`recover list`],
      'see: sactl tokens list --provider a --org x --endpoint y --profile prod or: sactl recover list',
    ],
    ['are not found in prose', 'see: sactl orgs list', 'see: sactl orgs list'],
  ])('%s', (_, hint, expected) => {
    expect(hintText(hint, prod)).toBe(expected);
  });

  test('mean the journal of the sandbox, too', () => {
    expect(hintText(sactl`recover list`, [['--provider', 'nscale'], ['--sandbox']])).toBe(
      'sactl recover list --sandbox',
    );
  });

  test('mean all providers for a list only', () => {
    const all: ConnectionFlags = [['--provider', 'all']];
    expect(hintText(sactl`serviceaccounts list`, all)).toBe('sactl serviceaccounts list --provider all');
    expect(hintText(sactl`serviceaccounts get --id a`, all)).toBe('sactl serviceaccounts get --id a');
  });

  test.each([
    [{ profile: null }, [['--provider', 'nscale']]],
    [
      { profile: 'prod', org: 'o', endpoint: 'e' },
      [
        ['--profile', 'prod'],
        ['--org', 'o'],
        ['--endpoint', 'e'],
      ],
    ],
    [{ profile: 'sandbox', org: 'o', endpoint: 'e', isSandbox: true }, [['--provider', 'nscale'], ['--sandbox']]],
  ])('are the fewest that mean it: %j', (connection, flags) => {
    expect(connectionFlags({ provider: 'nscale', isSandbox: false, ...connection })).toEqual(flags);
  });
});

test('no hint of the program has a command in its text', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const wrong = files.filter((path) =>
    /hint[:=][^\n]*['"`][^'"`\n]*sactl [a-z]/.test(readFileSync(`src/${path}`, 'utf8')),
  );
  expect(wrong).toEqual([]);
});
