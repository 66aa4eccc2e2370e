import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { homeWith, userFile, type Home } from '../config/home.ts';
import { isRoot } from '../../delivery/targets/user.ts';
import { createS3Server, fetchFrom } from '../../harness/s3.ts';
import { recipient, s3Address, s3Environment } from '../../harness/stores.ts';
import { entryIds, leaveEntry } from '../recover/entries.ts';
import { breakGlass, ops } from '../../harness/age.ts';
import { doctor, knownCaller, of, said, type Examined } from './rows.ts';

/** Doctor in the sandbox, which needs no connection. */
function atHome(home: Home, argv: readonly string[] = ['--sandbox']): Promise<Examined> {
  return doctor(argv, {}, home.run);
}

describe('doctor tells of the configuration', () => {
  it('which files are read', async () => {
    const home = await homeWith({ [userFile]: 'format: table', 'work/.sactlrc': 'org: a' });
    const found = await atHome(home);
    expect(said('config', found)).toEqual(['ok: ~/.config/sactl/config.yaml is read', 'ok: ~/work/.sactlrc is read']);
    expect(found.code).toBe(0);
  });

  it('that the user has none', async () => {
    expect(said('config', await atHome(await homeWith({})))).toEqual([
      'ok: no configuration file is read; it would be ~/.config/sactl/config.yaml',
    ]);
  });

  it('what is wrong, and goes on with what is right', async () => {
    const home = await homeWith({
      [userFile]: [
        'org: 7',
        'profiles:',
        '  good: { provider: nscale, credential: { env: TOKEN } }',
        '  bad: { provider: nscale, credential: secret }',
      ].join('\n'),
    });
    const env = { SACTL_PROVIDER: 'none' };
    const found = await doctor([], { env: { ...env, TOKEN: 't' }, fetch: knownCaller }, home.run);
    expect(said('config', found)).toEqual([
      'error: SACTL_PROVIDER must be nscale, runai, augment or all -> other commands stop here',
      'error: ~/.config/sactl/config.yaml: "org" must be text, not a number (put it in quotes) -> other commands stop here',
      'error: ~/.config/sactl/config.yaml: "profiles.bad.credential" must not hold the secret itself: it must be exactly one of {env: NAME}, {file: path} and {command: [program, argument, ...]} -> other commands stop here',
    ]);
    expect(said('credential', found)).toEqual([
      'ok: the credential from environment variable TOKEN (profile good in ~/.config/sactl/config.yaml) works: it is ann',
    ]);
    expect(found.code).toBe(1);
  });

  it('that a file names a profile and columns that there are not', async () => {
    const home = await homeWith({
      [userFile]: [
        'profile: prod',
        'columns: [nam]',
        'profiles: { lab: { provider: nscale, credential: { env: TOKEN } } }',
      ].join('\n'),
    });
    const found = await doctor([], { env: { TOKEN: 't' }, fetch: knownCaller }, home.run);
    expect(said('config', found)).toEqual([
      'error: ~/.config/sactl/config.yaml: "profile" is "prod"; there is lab -> other commands stop here',
      'error: ~/.config/sactl/config.yaml: there is no column "nam"; did you mean name? -> other commands stop here',
    ]);
    expect(found.code).toBe(1);
  });

  it('that a file cannot be read at all', async () => {
    const home = await homeWith({ [userFile]: '{' });
    const found = await atHome(home);
    expect(said('config', found)).toEqual([
      expect.stringMatching(/^error: ~\/\.config\/sactl\/config\.yaml: line 1, column \d+: not valid YAML/),
    ]);
    expect(of('endpoint', found)).toHaveLength(3);
  });

  it('that a project file may not hold what is in it', async () => {
    const home = await homeWith({ 'work/.sactlrc': 'endpoint: https://evil.example' });
    expect(said('config', await atHome(home))).toEqual([
      'error: ~/work/.sactlrc: "endpoint" may not be set in a project file -> profiles, with their endpoints and credentials, may stand only in the user file: ~/.config/sactl/config.yaml',
    ]);
  });

  it('what is not used, and why', async () => {
    const home = await homeWith({
      [userFile]: 'org: b',
      '.config/sactl/config.yml': 'org: c',
      'work/.sactlrc': 'org: a',
    });
    const env = { XDG_STATE_HOME: 'relative' };
    const found = await doctor(['--sandbox'], { env }, home.run);
    expect(said('config', found).slice(2)).toEqual([
      'warning: not used: environment variable XDG_STATE_HOME, because it is not an absolute path',
      'warning: not used: ~/.config/sactl/config.yml, because ~/.config/sactl/config.yaml comes first',
      'ok: not used: org in ~/.config/sactl/config.yaml, because ~/work/.sactlrc comes first',
    ]);
    expect(found.code).toBe(0);
  });
});

/** A machine on which something is kept, with the rights that it has from us. */
async function machine(): Promise<Home & { readonly state: string }> {
  const home = await homeWith({ [userFile]: 'format: table' });
  const state = join(home.path, 'state');
  mkdirSync(join(state, 'journal'), { recursive: true, mode: 0o700 });
  writeFileSync(join(state, 'audit.jsonl'), '', { mode: 0o600 });
  return { ...home, state };
}

describe('doctor tells of permissions', () => {
  const fine = 'ok: only you can change what sactl keeps, or read its secrets';

  const local = ['--provider', 'nscale'];

  it('that all is well', async () => {
    const home = await machine();
    chmodSync(join(home.path, userFile), 0o644);
    expect(said('permissions', await atHome(home, local))).toEqual([fine]);
  });

  it.each([
    ['state', 0o755, 'warning: other users of this machine can read ~/state -> chmod 700 ~/state'],
    ['state', 0o1777, 'error: every user can change ~/state -> chmod 700 ~/state'],
    ['state/journal', 0o770, 'warning: its group can change ~/state/journal -> chmod 700 ~/state/journal'],
    [
      'state/audit.jsonl',
      0o640,
      'warning: other users of this machine can read ~/state/audit.jsonl -> chmod 600 ~/state/audit.jsonl',
    ],
    ['state/audit.jsonl', 0o666, 'error: every user can change ~/state/audit.jsonl -> chmod 600 ~/state/audit.jsonl'],
    [userFile, 0o664, `warning: its group can change ~/${userFile} -> chmod go-w ~/${userFile}`],
    [userFile, 0o646, `error: every user can change ~/${userFile} -> chmod go-w ~/${userFile}`],
  ])('of ~/%s with mode %o', async (name, mode, line) => {
    const home = await machine();
    chmodSync(join(home.path, name), mode);
    const found = await atHome(home, local);
    expect(said('permissions', found)).toEqual([line]);
  });

  it.runIf(isRoot)('whose a file is', async () => {
    const home = await machine();
    chownSync(join(home.path, userFile), 4711, 4711);
    expect(said('permissions', await atHome(home, local))).toEqual([`warning: ~/${userFile} belongs to another user`]);
  });
});

describe('doctor tells of journal and audit log', () => {
  it('that a credential was not delivered', async () => {
    const home = await homeWith({});
    const stateDirectory = join(home.path, 'state');
    await leaveEntry({ stateDirectory });
    const found = await atHome(home, ['--provider', 'nscale']);
    expect(said('journal', found)).toEqual(['warning: a new credential has not been delivered -> sactl recover list']);
    expect(found.stderr).toBe('');
    await leaveEntry({ stateDirectory }, { id: entryIds.other });
    expect(said('journal', await atHome(home, ['--provider', 'nscale']))).toEqual([
      'warning: 2 new credentials have not been delivered -> sactl recover list',
    ]);
  });

  it('that they cannot be used', async () => {
    const home = await homeWith({});
    const state = join(home.path, 'state');
    mkdirSync(state, { mode: 0o700 });
    symlinkSync('elsewhere', join(state, 'journal'));
    symlinkSync('elsewhere', join(state, 'audit.jsonl'));
    const found = await atHome(home, ['--provider', 'nscale']);
    const hint = 'set SACTL_STATE_DIR to another folder';
    expect([...said('journal', found), ...said('audit', found)]).toEqual([
      `error: cannot use the folder "~/state/journal": it is a symbolic link -> ${hint}`,
      `error: cannot use the audit log "~/state/audit.jsonl": it is a symbolic link -> ${hint}`,
    ]);
  });
});

function isLocal(input: string | URL): boolean {
  return new URL(input).hostname === '127.0.0.1';
}

describe('doctor asks a state store', () => {
  const env = {
    SACTL_STATE: s3Address,
    SACTL_STATE_RECIPIENTS: recipient,
    ...s3Environment,
    NSCALE_SERVICE_TOKEN: 't',
  };

  it.each([
    [
      {},
      'ok: the state store s3://ops/prod can be read and listed; the lease is 2 minutes; "sactl state check" tries the rest',
    ],
    [
      { bucket: 'other' },
      'error: cannot read the state in s3://ops/prod: the store answered 404 (NoSuchBucket) -> make the bucket ops, or name another one; no command makes it',
    ],
  ])('%j', async (options, expected) => {
    const server = createS3Server(options);
    const ask = fetchFrom(server);
    const home = await homeWith({});
    expect(
      said(
        'state',
        await doctor(
          [],
          { env, fetch: (input, init) => (isLocal(input) ? ask(input, init) : knownCaller()) },
          home.run,
        ),
      ),
    ).toEqual([expected, 'ok: what s3://ops/prod keeps is sealed for one recipient; no identity is set here']);
    expect(server.requests.some((request) => request.startsWith('PUT'))).toBe(false);
  });

  it.each([
    [
      { SACTL_STATE_IDENTITY: ops.identity },
      'ok: what file keeps is sealed for one recipient, and the identity from environment variable SACTL_STATE_IDENTITY opens it',
    ],
    [
      { SACTL_STATE_IDENTITY: breakGlass.identity },
      'warning: what file keeps cannot be opened here: the identity from environment variable SACTL_STATE_IDENTITY does not open it -> name the identity of one of the recipients: state.identity, or SACTL_STATE_IDENTITY',
    ],
    [
      { SACTL_STATE_IDENTITY: '/nowhere/key' },
      'warning: what file keeps cannot be opened here: no identity: file /nowhere/key cannot be read (ENOENT) -> name the identity of one of the recipients: state.identity, or SACTL_STATE_IDENTITY',
    ],
  ])('and whether what is sealed can be opened here: %#', async (identity, expected) => {
    const home = await homeWith({});
    const found = await doctor([], { env: { SACTL_STATE_RECIPIENTS: ops.recipient, ...identity } }, home.run);
    expect(said('state', found)).toEqual([expected]);
    expect(JSON.stringify(found)).not.toContain('AGE-SECRET-KEY');
  });

  it('and none in the sandbox, or where the state is a folder', async () => {
    const home = await homeWith({});
    expect(said('state', await atHome(home))).toEqual([]);
    expect(said('state', await doctor(['--sandbox'], { env }, home.run))).toEqual([]);
  });
});
