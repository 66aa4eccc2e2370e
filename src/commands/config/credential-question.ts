import { statSync } from 'node:fs';

import { describeSecrets } from '../../config/environment.ts';
import { variable } from '../../config/directories.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { hasPlace, userPath } from '../../files/home.ts';
import type { ProviderName } from '../../model/account.ts';
import { wordsOf } from '../../programs/words.ts';
import { environments } from '../../providers/registry.ts';

/** Where a credential is, as a configuration file has it, e.g. `{ env: 'NSCALE_SERVICE_TOKEN' }`. */
export type CredentialPlace = Readonly<Record<string, unknown>>;

/** A place on this machine where a credential of the provider was found. */
interface Found {
  readonly label: string;
  readonly place: CredentialPlace;
  /** Whether it works without a client id, although others of the provider need one. */
  readonly isWhole: boolean;
}

/** The credentials of a provider that are on this machine, by what is chosen. */
export function foundCredentials(ctx: Context, provider: ProviderName): ReadonlyMap<string, Found> {
  const { secrets, file } = environments[provider];
  const found = new Map<string, Found>();
  for (const { secret, clientId } of secrets) {
    if (variable(ctx.env, secret) === null) continue;
    const label = `in the variable ${secret}, which is set here`;
    found.set(`env:${secret}`, { label, place: { env: secret }, isWhole: clientId === null });
  }
  const path = file === undefined ? null : `~/${file}`;
  if (path !== null && fileProblem(ctx, path) === null) {
    found.set(`file:${path}`, { label: `in ${path}, which is there`, place: { file: path }, isWhole: true });
  }
  return found;
}

/** Where the secret is; it is read when a command needs it, and never written into the configuration. */
export async function askCredential(
  ctx: Context,
  provider: ProviderName,
  { unchecked = false }: { readonly unchecked?: boolean | undefined },
): Promise<CredentialPlace> {
  const { prompt } = ctx;
  const found = foundCredentials(ctx, provider);
  const usual = environments[provider].secrets[0]?.secret ?? '';
  const chosen = await prompt.select({
    message: `Where is the credential (${describeSecrets(environments[provider])})?`,
    choices: [
      ...[...found].map(([value, { label }]) => ({ value, label })),
      { value: 'env', label: found.size === 0 ? 'in an environment variable' : 'in another environment variable' },
      { value: 'file', label: 'in a file' },
      { value: 'command', label: 'a program prints it, e.g. pass, op or vault' },
    ],
  });
  const known = found.get(chosen)?.place;
  if (known !== undefined) return known;
  if (chosen === 'env') return { env: await askVariable(ctx, usual, unchecked) };
  if (chosen === 'file') return { file: await askFile(ctx, unchecked) };
  return placeOf(
    `command:${await prompt.input({ message: 'Program and arguments', validate: (text) => commandProblem(text) ?? true })}`,
  );
}

const notTheSecret = 'say where the secret is; do not paste it here';

async function askVariable({ prompt, env }: Context, usual: string, unchecked: boolean): Promise<string> {
  const isSet = variable(env, usual) !== null;
  const name = await prompt.input({
    message: 'Which variable',
    ...(!isSet && { default: usual }),
    validate: (text) => {
      if (!/^[A-Za-z_]\w*$/.test(text.trim())) return `this is not the name of a variable: ${notTheSecret}`;
      return unchecked || variable(env, text.trim()) !== null ? true : `no such variable is set here: ${notTheSecret}`;
    },
  });
  return name.trim();
}

async function askFile(ctx: Context, unchecked: boolean): Promise<string> {
  const path = await ctx.prompt.input({
    message: 'Which file',
    validate: (text) => (unchecked && text.trim() !== '' ? true : (fileProblem(ctx, text.trim()) ?? true)),
  });
  // In the configuration, a relative path would begin at its own folder.
  return path.trim().startsWith('~/') ? path.trim() : userPath(path.trim(), ctx);
}

function fileProblem(ctx: Context, path: string): string | null {
  if (path === '') return 'it must not be empty';
  if (/[\n{]|^eyJ/.test(path) || !hasPlace(path, ctx.homeDirectory)) return `this is not a path: ${notTheSecret}`;
  const found = statSync(userPath(path, ctx), { throwIfNoEntry: false });
  if (found === undefined) return `there is no such file: ${notTheSecret}`;
  return found.isFile() ? null : 'this is not a file';
}

function commandProblem(text: string): string | null {
  if (text.trim() === '') return 'it must not be empty';
  return wordsOf(text) === null ? 'a quote is not closed' : null;
}

/** What `--credential` says. @throws UsageError */
export function placeOf(text: string): CredentialPlace {
  const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (kind !== 'command') return { [kind]: rest.trim() };
  const command = wordsOf(rest);
  if (command === null) throw new UsageError('--credential command: a quote is not closed');
  return { command };
}
