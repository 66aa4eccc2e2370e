import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';

import { ciSystem, isReadByRunner } from '../../model/run-environment.ts';
import { noFollow } from '../../files/private-directory.ts';
import { quoted } from '../../model/text.ts';
import { expandName, nameProblems, variableRule, type NameRule } from './expand.ts';
import { regularFileAt } from './regular-file.ts';
import type { Scheme } from './scheme.ts';
import { attempt, preflighting, refusal } from './system-call.ts';
import type { Target, TargetContext } from './target.ts';

/**
 * The runner refuses NODE_OPTIONS itself:
 * https://github.blog/changelog/2023-10-05-github-actions-node_options-is-now-restricted-from-github_env
 */
const runnersOwn = /^(?:GITHUB_\w*|RUNNER_\w*|NODE_OPTIONS|CI)$/i;

/**
 * What shells, the loader, interpreters and git take for code, for a program, or for where to look for them: with a credential in
 * it, later steps fail, or run something and show it. The account's name, which others may choose, can become one by `{NAME}`.
 * Case is folded, as on Windows.
 */
const steering = new RegExp(
  `^(?:${[
    'PATH|PATHEXT|COMSPEC|PSMODULEPATH|HOME|USERPROFILE|SHELL|TMPDIR|EDITOR|VISUAL|PAGER',
    'ENV|BASH_ENV|BASHOPTS|SHELLOPTS|IFS|PS4|PROMPT_COMMAND',
    'LD_(?:PRELOAD|AUDIT|LIBRARY_PATH)|DYLD_\\w+',
    'NODE_PATH|PYTHON(?:PATH|HOME|STARTUP)|PERL5?(?:LIB|OPT|DB)|RUBY(?:LIB|OPT)|CLASSPATH',
    '_JAVA_OPTIONS|J(?:AVA_TOOL|DK_JAVA)_OPTIONS',
    'GIT_(?:ASKPASS|SSH|SSH_COMMAND|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|PROXY_COMMAND|EXEC_PATH|TEMPLATE_DIR|CONFIG\\w*)|SSH_ASKPASS',
  ].join('|')})$`,
  'i',
);

/** `github-env:<NAME>`: an environment variable of the job's later steps. */
export const githubEnvScheme = githubScheme('github-env', 'GITHUB_ENV', {
  what: variableRule.what,
  problem: (name) => {
    if (runnersOwn.test(name)) return `GitHub Actions keeps ${quoted(name)} for itself; choose another name`;
    if (steering.test(name)) return `${quoted(name)} decides what later steps run; choose another name`;
    return variableRule.problem(name);
  },
});

/** `github-output:<name>`: an output of this step, for later steps of the job. */
export const githubOutputScheme = githubScheme('github-output', 'GITHUB_OUTPUT', {
  what: 'the output',
  problem: (name) =>
    /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)
      ? null
      : `${quoted(name)} is not a name for an output: use letters, digits, _ and -, a letter or _ first`,
});

function githubScheme(kind: string, variable: GithubFileTarget['variable'], rule: NameRule): Scheme {
  return {
    problems: ({ body }) => nameProblems(body, rule),
    create: ({ given, body }, subject, { ctx }) => {
      const key = expandName(body, rule, subject);
      return githubFileTarget({ given, name: `${kind}:${key}`, variable, key, ctx });
    },
  };
}

interface GithubFileTarget {
  /** As the user gave it. */
  readonly given: string;
  /** As it is printed. */
  readonly name: string;
  /** The environment variable that names the file. */
  readonly variable: 'GITHUB_ENV' | 'GITHUB_OUTPUT';
  /** What the job calls the value. */
  readonly key: string;
  readonly ctx: Pick<TargetContext, 'env' | 'stderr' | 'cwd' | 'uuid'>;
}

/**
 * A target that hands the credential to later steps of the same GitHub Actions job:
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#environment-files
 */
function githubFileTarget(target: GithubFileTarget): Target {
  const { given, name, key } = target;
  return {
    name,
    place: async () => ({ place: await realpath(await pathOf(target)), slot: key }),
    preflight: () =>
      preflighting(given, async () => {
        refuseUnmasked(target.ctx);
        const path = await pathOf(target);
        await attempt(`${path} cannot be written`, async () => (await openFile(path)).close());
        return [];
      }),
    deliver: async ({ text }, signal) => {
      signal.throwIfAborted();
      const path = await pathOf(target);
      const value = text.reveal();
      await attempt(`${path} cannot be written`, () => append(path, block(target, value)));
    },
  };
}

/** Later steps print what they like, and the runner would not know what to hide. @throws TargetError */
function refuseUnmasked({ env, stderr }: GithubFileTarget['ctx']): void {
  if (ciSystem(env)?.mask?.kind !== 'command' || isReadByRunner(stderr)) return;
  const place = stderr.isFile ? 'goes to a file' : 'is closed or the null device';
  throw refusal(`stderr ${place}, where the runner reads no mask for later steps; let it go to the job's log`);
}

async function pathOf({ variable, ctx }: GithubFileTarget): Promise<string> {
  const value = ctx.env[variable] ?? '';
  if (value === '') throw refusal(`${variable} is not set; only steps of GitHub Actions have it`);
  const path = resolve(ctx.cwd, value);
  if ((await regularFileAt(path)) === null) throw refusal(`${path} does not exist, though ${variable} names it`);
  return path;
}

/** The delimiter is random, so that no value can end its block early. */
function block({ key, ctx }: GithubFileTarget, value: string): string {
  const delimiter = `sactl_${ctx.uuid()}`;
  return `${key}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** Appends in one write; when that fails half-way, what was written is cut off again. */
async function append(path: string, text: string): Promise<void> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const separator = (await endsLine(file, size)) ? '' : '\n';
    await file.appendFile(separator + text).catch(async (error: unknown) => {
      await file.truncate(size);
      throw error;
    });
  } finally {
    await file.close();
  }
}

/** Neither waits for a reader nor follows, should a named pipe or a link have taken the file's place. */
async function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_APPEND | (constants.O_NONBLOCK ?? 0) | noFollow());
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1') === '\n';
}
