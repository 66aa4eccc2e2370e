import { chmodSync, chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { asOrdinaryUser, isRoot, ordinaryUser } from '../../delivery/targets/user.ts';
import { useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { predictable, problems, workFolder } from '../support.ts';

const nscale = useNscale();

/** A deployment whose machine has this in the place of its audit log. */
function withLog(make: (path: string) => void): NscaleDeployment & { readonly path: string } {
  const deployment = nscale(predictable);
  mkdirSync(deployment.stateDirectory, { mode: 0o700 });
  const path = join(deployment.stateDirectory, 'audit.jsonl');
  make(path);
  return { ...deployment, path };
}

function link(path: string): void {
  writeFileSync(join(dirname(path), 'elsewhere'), '', { mode: 0o600 });
  symlinkSync('elsewhere', path);
}

const kinds: readonly (readonly [string, (path: string) => void, string])[] = [
  ['a link', link, 'it is a symbolic link'],
  ['a folder', (path) => mkdirSync(path), 'it is not a regular file'],
  ...(isRoot
    ? [
        [
          "another user's",
          (path: string) => {
            writeFileSync(path, '');
            chownSync(path, 4711, 4711);
          },
          'it belongs to another user',
        ] as const,
      ]
    : []),
];

const hint = 'set SACTL_STATE_DIR to another folder';

describe.each(kinds)('an audit log that is %s', (_, make, reason) => {
  it.each(['sa rotate --id ci-deploy --yes', 'sa create --name ci'])(
    'is refused before anything is sent: %s',
    async (line) => {
      const { run, path, mutations } = withLog(make);
      const cwd = await workFolder();
      expect(await run([...line.split(' '), '--to', 'file:token'], { cwd })).toEqual({
        code: 2,
        stdout: '',
        stderr: problems([`cannot use the audit log "${path}": ${reason}`], hint),
      });
      expect(mutations()).toEqual([]);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it.each(['sa update --id ci-deploy --description New -q .name', 'sa delete --id ci-deploy --yes'])(
    'is told of afterwards, even with --quiet: %s',
    async (line) => {
      const { run, path, mutations } = withLog(make);
      const { code, stderr } = await run([...line.split(' '), '--quiet']);
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: `sactl: this is not in the audit log: cannot use the audit log "${path}": ${reason}\n`,
      });
      expect(mutations()).toHaveLength(1);
    },
  );

  it('is not read', async () => {
    const { run, path } = withLog(make);
    expect(await run(['audit', 'list', '--no-color'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`cannot use the audit log "${path}": ${reason}`], hint),
    });
  });
});

function readOnly(stateDirectory: string): void {
  writeFileSync(join(stateDirectory, 'audit.jsonl'), '', { mode: 0o400 });
}

describe('an audit log that cannot be written to', () => {
  interface Ran {
    readonly code: number;
    readonly stderr: string;
    readonly sent: number;
  }

  /** Runs a command as somebody without privileges, on a machine that `protect` has changed. */
  async function ordinarily(protect: (stateDirectory: string) => void, line: string): Promise<Ran> {
    const { stateDirectory, run, mutations } = nscale(predictable);
    const cwd = join(stateDirectory, 'work');
    for (const name of ['journal', 'locks', 'work']) {
      mkdirSync(join(stateDirectory, name), { recursive: true, mode: 0o700 });
    }
    let ran: Ran = { code: -1, stderr: '', sent: -1 };
    chmodSync(dirname(stateDirectory), 0o755);
    await asOrdinaryUser({ path: stateDirectory }, async () => {
      protect(stateDirectory);
      const options = { cwd, overrides: { userId: ordinaryUser } };
      const { code, stderr } = await run(line.split(' '), options);
      ran = { code, stderr, sent: mutations().length };
      chmodSync(stateDirectory, 0o700);
    });
    return ran;
  }

  const reason = 'permission denied (EACCES)';

  it('is refused beforehand', async () => {
    const ran = await ordinarily(readOnly, 'sa rotate --id ci-deploy --yes --to file:token');
    expect(ran).toEqual({ code: 2, sent: 0, stderr: expect.stringContaining(reason) as unknown });
    expect(ran.stderr).toContain('cannot write to the audit log');
  });

  it.each([
    ['a file that is read-only', readOnly],
    ['a folder that is read-only', (folder: string) => chmodSync(folder, 0o500)],
  ])('is told of afterwards: %s', async (_, protect) => {
    const { stderr, ...ran } = await ordinarily(protect, 'sa delete --id ci-deploy --yes');
    expect(ran).toEqual({ code: 0, sent: 1 });
    expect(stderr).toMatch(
      /^sactl: this is not in the audit log: cannot write to the audit log ".*": permission denied \(EACCES\)\n$/,
    );
  });
});
