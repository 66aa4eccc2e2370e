import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { startProgram, type Ended, type Environment, type Running } from '../commands/built-program.ts';
import { root } from './npm.ts';

export interface Installed {
  readonly home: () => string;
  /** Runs `sactl <line>`; words are between spaces. */
  readonly run: (line: string, env?: Environment) => Promise<Ended>;
  readonly start: (argv: readonly string[], env?: Environment) => Running;
}

/** Declares what any sactl must do, wherever and however it was put there, in a home of its own. */
export function itIsSactl(command: () => readonly [string, ...string[]]): Installed {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'sactl-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  function start(argv: readonly string[], env: Environment = {}): Running {
    const [program, ...first] = command();
    return startProgram(program, [...first, ...argv], { home, env });
  }
  function run(line: string, env?: Environment): Promise<Ended> {
    return start(line.split(' '), env).ended;
  }

  it('prints its version and help', async () => {
    const version = `${manifest.version}\n`;
    expect(await run('--version')).toMatchObject({ code: 0, stdout: version, stderr: '' });
    const help = await run('sa rotate --help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: sactl serviceaccounts rotate /);
  });

  it('has jq in it', async () => {
    const filter = '[.[].name|ascii_upcase|select(test($start))]|first';
    const line = `sa list --sandbox --arg start=^CI -q ${filter}`;
    expect(await run(line)).toMatchObject({ code: 0, stdout: 'CI-DEPLOY\n', stderr: '' });
    expect(await run('sa list --sandbox -q $ENV.SACTL_STATE_DIR')).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    ['sa list --nope', 2],
    ['sa list --sandbox -q .[', 2],
    ['sa get --sandbox --id nobody', 3],
    ['sa list', 4],
    ['sa get --sandbox --id inference-gateway', 5],
    ['sa rotate --sandbox --id ci-deploy --yes --to file:token', 0],
  ])('exits after "%s" with %i', async (line, code) => {
    expect((await run(line)).code).toBe(code);
  });

  it.each(['bash', 'fish', 'powershell', 'zsh'])('completes in %s', async (shell) => {
    const built = await readFile(join(root, `dist/completion.${shell}`), 'utf8');
    expect(await run(`completion ${shell}`)).toMatchObject({ code: 0, stdout: built, stderr: '' });
  });

  return { home: () => home, run, start };
}
