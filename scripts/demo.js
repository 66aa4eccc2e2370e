// Runs the main job on the sandbox, as a person would type it: a service account's life from list to delete. Of the program
// beside it, or of the one that is named: `node scripts/demo.js [program]`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const named = process.argv[2];
const [command, ...before] =
  named === undefined
    ? [process.execPath, fileURLToPath(new URL('../dist/bin.cjs', import.meta.url))]
    : [resolve(named)];
const stateDirectory = mkdtempSync(join(tmpdir(), 'sactl-demo-'));
const env = { PATH: process.env['PATH'], SACTL_SANDBOX: '1', SACTL_STATE_DIR: stateDirectory };

/** @type {readonly { comment: string, argv: readonly string[], stdin?: readonly string[], status?: number, fault?: string }[]} */
const steps = [
  { comment: 'Who am I here?', argv: ['whoami'] },
  { comment: 'Every account, the ones that expire first on top', argv: ['sa', 'list', '--sort', 'expiresAt'] },
  {
    comment: 'The names of those that expire within two weeks',
    argv: ['sa', 'list', '--expiring-within', '14d', '-q', '.[].name'],
  },
  {
    comment: 'A new account; its token is shown this once',
    argv: 'sa create --name demo-runner --group ml-training --tag team=demo --json'.split(' '),
  },
  { comment: 'Found by its name', argv: ['sa', 'get', '--id', 'demo-runner'] },
  {
    comment: 'What would an update send?',
    argv: ['sa', 'update', '--id', 'demo-runner', '--description', 'Runs the demo', '--dry-run'],
  },
  {
    comment: 'Send it; what is not mentioned stays',
    argv: [
      'sa',
      'update',
      '--id',
      'demo-runner',
      '--description',
      'Runs the demo',
      '-q',
      '{description, groups: (.groups | length), tags}',
    ],
  },
  {
    comment: 'A new token, and nothing else on stdout',
    argv: ['sa', 'rotate', '--id', 'demo-runner', '--yes', '-q', '.credential.value'],
  },
  {
    comment: 'Or to a file that you alone can read, and seen to work',
    argv: [...'sa rotate --id demo-runner --yes --to file:token'.split(' '), '-q', '{verified}'],
  },
  {
    comment: 'The connection breaks after nscale has rotated: one more is issued, and that one arrives',
    argv: [...'sa rotate --id demo-runner --yes --to file:token'.split(' '), '-q', '{reissued}'],
    fault: 'nscale.rotate=drop-after-commit@1',
  },
  { comment: 'Clean up', argv: ['sa', 'delete', '--id', 'demo-runner', '--yes'] },
  { comment: 'It is gone, and the exit code says so', argv: ['sa', 'get', '--id', 'demo-runner'], status: 3 },
  {
    comment: 'The same on Run:ai, where a new account can be given its first right at once',
    argv: [
      ...'sa create --provider runai --name demo-runner --scope project:language'.split(' '),
      '--role',
      'L1 researcher',
      '-q',
      '.credential',
    ],
  },
  { comment: 'What it may do', argv: 'accessrules list --provider runai --account demo-runner'.split(' ') },
  { comment: 'Its rules go with it', argv: 'sa delete --provider runai --id demo-runner --yes'.split(' ') },
  {
    comment: 'Augment has no API for it: a person makes account and tokens at a console, which the sandbox plays',
    argv: 'sandbox console augment create --name demo-docs'.split(' '),
  },
  {
    comment: 'The session of its first token: checked, tried, installed and recorded',
    stdin: 'sandbox console augment issue --account demo-docs --token first'.split(' '),
    argv: [
      ...'sa create --provider augment --name demo-docs --token first --stdin'.split(' '),
      ...'--to session:session.json -q .verified'.split(' '),
    ],
  },
  {
    comment: 'The next one takes its place; the first one works on until it is revoked',
    stdin: 'sandbox console augment issue --account demo-docs --token second'.split(' '),
    argv: [
      ...'sa rotate --provider augment --id demo-docs --token second --stdin --yes'.split(' '),
      ...'--to session:session.json -q .actionsRequired[].goal'.split(' '),
    ],
  },
  { comment: 'What is left to do stays in sight', argv: 'tokens list --provider augment --id demo-docs'.split(' ') },
  {
    comment: 'The person revokes it',
    argv: 'sandbox console augment revoke --account demo-docs --token first'.split(' '),
  },
  {
    comment: 'That is seen, and recorded',
    argv: [
      ...'tokens revoke --provider augment --id demo-docs --token first --done --yes'.split(' '),
      '-q',
      '.tokens[] | [.name, .state, .verified]',
    ],
  },
  {
    comment: 'What only a person can do is said, with an exit code of its own',
    argv: 'sa delete --provider augment --id demo-docs'.split(' '),
    status: 20,
  },
  { comment: 'The person does it', argv: 'sandbox console augment delete --account demo-docs'.split(' ') },
  { comment: 'And it is recorded', argv: 'sa delete --provider augment --id demo-docs --done --yes'.split(' ') },
];

/** @param {readonly string[]} argv */
function commandLine(argv) {
  return `sactl ${argv.map((word) => (/^[\w./=:-]+$/.test(word) ? word : `'${word}'`)).join(' ')}`;
}

let failed = false;
try {
  for (const { comment, argv, stdin, status = 0, fault } of steps) {
    // nscale's expiries are in whole seconds: what is done in the second of another rotation does not show.
    if (fault !== undefined) await sleep(1100);
    const setting = fault === undefined ? '' : `SACTL_SANDBOX_FAULT=${fault} `;
    const source = stdin === undefined ? '' : `${commandLine(stdin)} | `;
    process.stdout.write(`\n# ${comment}\n$ ${source}${setting}${commandLine(argv)}\n`);
    const options = { cwd: stateDirectory, env: fault === undefined ? env : { ...env, SACTL_SANDBOX_FAULT: fault } };
    const input =
      stdin === undefined
        ? undefined
        : spawnSync(command, [...before, ...stdin], { ...options, stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
    const run = spawnSync(command, [...before, ...argv], {
      ...options,
      // Without a terminal on stdin nothing asks: the demo goes through at a terminal, too.
      ...(input === undefined
        ? { stdio: ['ignore', 'inherit', 'inherit'] }
        : { input, stdio: ['pipe', 'inherit', 'inherit'] }),
    });
    if (run.status !== status) {
      process.stdout.write(`# expected exit code ${status}, got ${String(run.status)}\n`);
      failed = true;
    }
  }
} finally {
  rmSync(stateDirectory, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
