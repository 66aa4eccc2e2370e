// @module-tag slow
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { dist } from '../built-program.ts';
import { workFolder } from '../support.ts';
import { realShells, type RealShell } from './real-shells.ts';
import { fillHome } from './shell-home.ts';
import { useShell } from './use-shell.ts';

// How users have their shells: the script where its help says, aliases, settings of their own.

function realShell(wanted: string): RealShell {
  const shell = realShells.find(({ name }) => name === wanted);
  if (shell === undefined) throw new Error(`there is no shell ${wanted}`);
  return shell;
}

const bash = realShell('bash');
const zsh = realShell('zsh');
const fish = realShell('fish');
const nothing = { script: '' };
const library = '/usr/share/bash-completion/bash_completion';

describe.runIf(bash.isInstalled)('bash', { timeout: 30_000 }, () => {
  const check = spawnSync('shellcheck', ['--shell=bash', join(dist, 'completion.bash')], { encoding: 'utf8' });
  it.runIf(check.error === undefined)('has a script that shellcheck finds nothing in', () => {
    expect({ code: check.status, stdout: check.stdout }).toEqual({ code: 0, stdout: '' });
  });

  it.runIf(existsSync(library))('finds the script in the folder of bash-completion', async () => {
    const { offers } = await useShell(bash, {
      ...nothing,
      more: `mkdir -p ~/.local/share/bash-completion/completions; "$NODE" "$PROGRAM" completion bash > ~/.local/share/bash-completion/completions/sactl; . ${library}`,
    });
    expect(await offers('sactl sa rot')).toEqual(['rotate']);
    expect(await offers('sactl --provider=ru')).toEqual(['runai']);
  });

  it('can take the script by eval', async () => {
    const more = 'eval "$("$NODE" "$PROGRAM" completion bash)"';
    const { offers } = await useShell(bash, { ...nothing, more });
    expect(await offers('sactl sa rot')).toEqual(['rotate']);
  });

  it('completes after an alias that was told of', async () => {
    const more = 'alias s=sactl; complete -o nospace -F _sactl s';
    const { offers } = await useShell(bash, { more });
    expect(await offers('s sa list --profile pr')).toEqual(['prod']);
  });

  it.each([`COMP_WORDBREAKS=${String.raw`$' \t\n'`}`, 'COMP_WORDBREAKS=${COMP_WORDBREAKS//:}'])(
    'completes with %s',
    async (more) => {
      const { offers } = await useShell(bash, { more });
      expect(await offers('sactl --provider=ru')).toEqual(['runai']);
      expect(await offers('sactl sa rotate --to=file:tok')).toEqual(['token.txt']);
      expect(await offers('sactl sa rotate --to=file:my')).toEqual(['my file.txt']);
      expect(await offers('sactl sa rotate --to fold')).toEqual([]);
      expect(await offers('sactl sa rotate --to kube')).toEqual(['kubernetes:']);
    },
  );

  it.each(['set -u', 'set -f', 'IFS=:', 'shopt -s nullglob', 'shopt -s nocasematch', 'set -o posix'])(
    'completes after %s',
    async (more) => {
      const { offers } = await useShell(bash, { more });
      expect(await offers('sactl serviceaccounts list --provider ru')).toEqual(['runai']);
      expect(await offers('sactl --profile p')).toEqual(['prod']);
      expect(await offers('sactl nonsense ')).toEqual([]);
    },
  );

  it('completes files where the output goes', async () => {
    const { offers } = await useShell(bash, {});
    expect(await offers('sactl sa list > tok')).toEqual(['token.txt']);
    expect(await offers('sactl sa list > out --js')).toEqual(['--json']);
  });
});

describe.runIf(zsh.isInstalled)('zsh', { timeout: 30_000 }, () => {
  it('finds the script on its fpath', async () => {
    const more = [
      'mkdir -p ~/.zfunc',
      '"$NODE" "$PROGRAM" completion zsh > ~/.zfunc/_sactl',
      'fpath=(~/.zfunc $fpath)',
      'compinit -u -d ~/.zcompdump2',
    ].join('; ');
    const { offers } = await useShell(zsh, { ...nothing, more });
    expect(await offers('sactl sa rot')).toEqual(['rotate']);
    expect(await offers('sactl sa rotate --yes --provider=ru')).toEqual(['runai']);
  });

  it('completes after an alias', async () => {
    const { offers } = await useShell(zsh, { more: 'alias s=sactl' });
    expect(await offers('s sa list --profile pr')).toEqual(['prod']);
  });

  it('shows what each candidate is', async () => {
    const { shows } = await useShell(zsh, {});
    const seen = [await shows?.('sactl sa ', /get +-- .+/), await shows?.('sactl sa rotate --to ', /vault: +-- .+/)];
    expect(seen).toEqual([
      expect.stringMatching(/-- Show one service account/),
      expect.stringMatching(/-- a field of a KV secret, by your vault/),
    ]);
  });
});

/** What fish offers for the line after these others, with the script in its own folder. */
async function fishOffers(lines: readonly string[], line: string): Promise<string> {
  const { env, path } = await fillHome(await workFolder(), { shell: 'fish', script: '' });
  const script = [
    'mkdir -p ~/.config/fish/completions',
    '$NODE $PROGRAM completion fish > ~/.config/fish/completions/sactl.fish',
    ...lines,
    'complete --do-complete $LINE',
  ].join('; ');
  const options = { cwd: path, env: { ...env, LINE: line }, encoding: 'utf8' as const };
  const { stdout, stderr } = spawnSync('fish', ['--command', script], options);
  return stdout + stderr;
}

describe.runIf(fish.isInstalled)('fish', { timeout: 30_000 }, () => {
  it('finds the script in its folder, and shows what each candidate is', async () => {
    expect(await fishOffers([], 'sactl sa ge')).toBe('get\tShow one service account\n');
    expect(await fishOffers([], 'sactl sa list --sea')).toMatch(/^--search\tonly accounts with this text/);
  });

  it('completes after an alias', async () => {
    expect(await fishOffers(['alias s=sactl'], 's --profile pr')).toBe('prod\n');
  });
});
