import { loadConfiguration } from '../../config/configuration.ts';
import { keyPathOf, typedValue, valueAt, type KeyPath } from '../../config/edit.ts';
import { parseFile } from '../../config/parse.ts';
import { profileNameProblem } from '../../config/profile.ts';
import { ExitCode, NotFoundError, UsageError } from '../../errors.ts';
import { sactl, type Hint } from '../../model/hint.ts';
import { providerNames } from '../../model/account.ts';
import { environments } from '../../providers/registry.ts';
import { quoted, safeText } from '../../model/text.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { outputFlags } from '../../session/flags.ts';
import type { Invocation } from '../../session/invocation.ts';
import { note } from '../../session/note.ts';
import { findOwnFile, newlyUnusable, newProblems, withChange, writeOwnFile } from './own-file.ts';

/** What `config get` does. @throws NotFoundError where the key is not set */
export async function getSetting(invocation: Invocation, key: string): Promise<ExitCode> {
  const { path, text } = await findOwnFile(invocation.ctx);
  const parsed = await parseFile(path, text);
  if ('problem' in parsed) throw new UsageError(parsed.problem);
  const value = valueAt(parsed.value, keyPathOf(key));
  if (value === undefined) {
    throw new NotFoundError(`${quoted(key)} is not set in ${safeText(path)}`, { hint: sactl`config explain` });
  }
  const human = typeof value === 'string' ? safeText(value) : JSON.stringify(value);
  return print(invocation, { key, value }, `${human}\n`);
}

/** What `config set` does. @throws UsageError where the file would not be read again with it */
export async function setSetting(invocation: Invocation, key: string, text: string): Promise<ExitCode> {
  return change(invocation, key, await valueOf(text));
}

/** What `config unset` does. */
export async function unsetSetting(invocation: Invocation, key: string): Promise<ExitCode> {
  return change(invocation, key, undefined);
}

async function valueOf(text: string): Promise<unknown> {
  try {
    return await typedValue(text);
  } catch (cause) {
    // The library's message quotes the value.
    throw new UsageError('the value begins with [ or { and is not valid YAML', { cause });
  }
}

async function change(invocation: Invocation, key: string, value: unknown): Promise<ExitCode> {
  const file = await findOwnFile(invocation.ctx);
  const path = keyPathOf(key);
  const changed = await withChange(file, path, value);
  const problems = await newProblems(invocation.ctx, file, changed);
  if (problems.length > 0) throw new UsageError(problems, { hint: hintFor(problems, path, value) });
  const unused = await newlyUnusable(invocation.ctx, file, { changed, key: path[0] });
  if (unused.length > 0) throw new UsageError(unused, { hint: hintForUse(path, value) });
  if (changed === file.text) await note(invocation.ctx, invocation.common, `${key} is so already`);
  else await writeOwnFile(invocation.ctx, file, changed);
  const said = value === undefined ? `${key} is not set any more` : `${key} is set`;
  return print(invocation, { path: file.path, key, value: value ?? null }, `${safeText(`${file.path}: ${said}`)}\n`);
}

/** A profile is written as a whole: with half of one in the file, every command would end in an error. */
function hintFor(problems: readonly string[], [block, name]: KeyPath, value: unknown): Hint | null {
  if (block !== 'profiles' || name === undefined) return null;
  if (!problems.some((problem) => problem.endsWith(' is missing'))) return null;
  const provider = providerNames.find((each) => each === value) ?? providerNames[0];
  const { endpoint, secrets } = environments[provider];
  const secret = secrets[0];
  const whole = [
    `provider: ${provider}`,
    ...(endpoint.default === null ? ['endpoint: <url>'] : []),
    ...(secret?.clientId ? ['clientId: <id>'] : []),
    `credential: {env: ${secret?.secret}}`,
  ];
  const command = sactl`config set ${`profiles.${name}`} ${`{${whole.join(', ')}}`}`;
  return ['a profile is written as a whole: ', command, ', or by ', sactl`config init`];
}

function hintForUse([block]: KeyPath, value: unknown): Hint | null {
  if (block === 'profiles') return ['first take away the setting that names it: ', sactl`config unset profile`];
  return block === 'profile' && typeof value === 'string' && profileNameProblem(value) === null
    ? ['or set it up: ', sactl`config init --name ${value}`]
    : null;
}

async function print({ ctx, common }: Invocation, value: object, human: string): Promise<ExitCode> {
  const configuration = await loadConfiguration(ctx, common).catch((error: unknown) => {
    if (error instanceof UsageError) return null;
    throw error;
  });
  const renderer = await prepareRenderer(ctx, outputFlags(common, configuration));
  await emit(ctx, renderer, { value, human: () => human });
  return ExitCode.done;
}
