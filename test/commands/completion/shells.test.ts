// @module-tag slow
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { providerNames } from '../../../src/model/account.ts';
import { builtScript } from './built-script.ts';
import { realShells } from './real-shells.ts';
import { fillHome } from './shell-home.ts';
import type { ShellSession } from './shell-session.ts';

/** What is typed, and the words that are offered for the last one. */
const cases: readonly (readonly [line: string, ...offers: readonly string[]])[] = [
  ['sactl who', 'whoami'],
  ['sactl serv', 'serviceaccount', 'serviceaccounts'],
  ['sactl sa ', 'create', 'delete', 'get', 'list', 'rotate', 'update'],
  ['sactl serviceaccount li', 'list'],
  ['sactl sandbox console augment is', 'issue'],
  ['sactl help serviceaccounts ro', 'rotate'],
  ['sactl help ex', 'exit-codes'],
  ['sactl completion ', 'bash', 'fish', 'powershell', 'zsh'],
  ['sactl nonsense '],
  ['sactl sa nonsense --'],

  // flags, before and after the verb
  ['sactl --prov', '--provider'],
  ['sactl --provider runai sa li', 'list'],
  ['sactl --provider=runai --debug sa li', 'list'],
  ['sactl sa list --expiring-w', '--expiring-within'],
  ['sactl sa list --provider nscale --dr'],
  ['sactl sa rotate --dr', '--dry-run'],
  ['sactl recover show --re', '--reveal'],
  [
    'sactl config path --',
    '--arg',
    '--crlf',
    '--debug',
    '--format',
    '--help',
    '--json',
    '--no-color',
    '--no-input',
    '--query',
    '--query-file',
    '--quiet',
    '--version',
  ],
  ['sactl sandbox reset ', '--debug', '--help', '--no-color', '--no-input', '--quiet', '--version', '-h'],
  ['sactl sa rotate --yes --ye'],
  ['sactl sa rotate -y --ye'],
  ['sactl sa rotate --to file:a --to', '--to', '--token'],
  ['sactl sa list --search --json --js', '--json'],
  ['sactl sa rotate -yq .credential.value --fo', '--format'],
  ['sactl sa list -q.id --form', '--format'],

  // values of flags
  ['sactl --provider ', ...['all', ...providerNames].toSorted()],
  ['sactl sa list --provider=ru', 'runai'],
  ['sactl sa list --format n', 'ndjson'],
  ['sactl sa list --format=', 'csv', 'json', 'ndjson', 'table', 'yaml'],
  ['sactl sa list --sort exp', 'expiresAt'],
  ['sactl sa list --sort -exp', '-expiresAt'],
  ['sactl sa list --columns name,exp', 'expiresAt'],
  ['sactl sa list --columns=name,status,i', 'id'],
  ['sactl sa list --search '],
  ['sactl sa list -q '],
  ['sactl sa rotate --to kube', 'kubernetes:'],
  ['sactl sa rotate --to=vau', 'vault:'],
  ['sactl sa rotate --to prof', 'profile'],

  // files
  ['sactl sa create -f tok', 'token.txt'],
  ['sactl sa create --file my', 'my file.txt'],
  ['sactl sa create --file=folder/in', 'folder/inner.txt'],
  ['sactl --ca-cert tok', 'token.txt'],
  ['sactl sa rotate --all --report tok', 'token.txt'],
  ['sactl sa rotate --to file:tok', 'token.txt'],
  ['sactl sa rotate --to=file+json:folder/in', 'folder/inner.txt'],
  ['sactl sa rotate --to dotenv:my', 'my file.txt'],
  ['sactl sa rotate --to vault:tok'],
  ['sactl sa list --search tok'],

  // profiles
  ['sactl sa list --profile ', 'prod', 'staging.eu'],
  ['sactl --profile=st', 'staging.eu'],
  ['sactl --profile prod sa li', 'list'],

  // after --
  ['sactl -- sa li', 'list'],
  ['sactl sa list -- --'],
  ['sactl sa list -- --provider '],
];

describe.each(realShells)('$title', { timeout: 30_000 }, ({ name, isInstalled, open }) => {
  let home = '';
  let shell: ShellSession;
  beforeAll(async () => {
    if (!isInstalled) return;
    home = await mkdtemp(join(tmpdir(), 'sactl-'));
    const script = await builtScript(name);
    shell = await open(await fillHome(home, { shell: name, script }));
  }, 30_000);
  afterAll(async () => {
    if (!isInstalled) return;
    shell.close();
    await rm(home, { recursive: true, force: true });
  });

  it.runIf(isInstalled).each(cases)('completes "%s"', async (line, ...offers) => {
    expect((await shell.offers(line)).toSorted()).toEqual(offers.toSorted());
  });

  it.runIf(isInstalled)('has run no command that gives a credential', async () => {
    expect(await shell.offers('sactl --profile ')).toContain('prod');
    expect(existsSync(join(home, 'called'))).toBe(false);
  });
});

it('was tried in every shell that SACTL_TEST_SHELLS says is installed', () => {
  const wanted = (process.env['SACTL_TEST_SHELLS'] ?? '').split(' ').filter(Boolean);
  const tried = realShells.filter(({ isInstalled }) => isInstalled).map(({ name }) => name);
  expect(tried).toEqual(expect.arrayContaining(wanted));
});
