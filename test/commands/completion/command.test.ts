// @module-tag slow
import { describe, expect, it } from 'vitest';

import { shells } from '../../../src/commands/completion/shells.ts';
import { run } from '../../harness/run.ts';
import { builtScript } from './built-script.ts';

describe('sactl completion', () => {
  it('needs to know the shell', async () => {
    expect(await run(['completion'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: say for which shell: bash, zsh, fish, powershell\nhint: sactl completion --help\n',
    });
  });

  it('names the shells there are when it is asked for another', async () => {
    const { code, stdout, stderr } = await run(['completion', 'tcsh']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('"tcsh" must be one of bash, zsh, fish, powershell');
  });

  it.each(['--org=a', '--provider=nscale', '--yes'])('does nothing with %s', async (flag) => {
    const [name] = flag.split('=');
    expect(await run(['completion', 'bash', flag])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${name} does nothing with "sactl completion"\nhint: sactl completion --help\n`,
    });
  });

  it('says in its help how to install it in each shell', async () => {
    const { code, stdout } = await run(['completion', '--help']);
    expect(code).toBe(0);
    for (const words of ['~/.bashrc', '~/.zshrc', 'fish/completions', '$PROFILE']) {
      expect(stdout).toContain(words);
    }
  });

  it.each(shells)('prints for %s what the build put beside the program', async (shell) => {
    expect(await run(['completion', shell])).toEqual({ code: 0, stdout: await builtScript(shell), stderr: '' });
  });
});
