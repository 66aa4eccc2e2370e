import { split } from 'shlex';

import { environments, registry } from '../../providers/registry.ts';
import { describeSecrets } from '../../config/environment.ts';
import { variable } from '../../config/directories.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { readEndpoint } from '../../http/endpoint.ts';
import { providerNames, type ProviderName } from '../../model/account.ts';
import { listOf, quoted } from '../../model/text.ts';
import { canAsk } from '../../session/confirm.ts';
import type { CommonFlags } from '../../session/flags.ts';

/** What `config init` is given by flags. */
export interface InitFlags {
  readonly name?: string | undefined;
  readonly clientId?: string | undefined;
  readonly credential?: string | undefined;
  readonly unchecked?: boolean | undefined;
}

/** A profile as it is written, apart from what the provider itself tells. */
export interface Answers {
  readonly provider: ProviderName;
  readonly name: string;
  readonly endpoint: string | null;
  readonly clientId: string | null;
  /** As a configuration file has it, e.g. `{ env: 'NSCALE_SERVICE_TOKEN' }`. */
  readonly credential: Readonly<Record<string, unknown>>;
}

/**
 * What the flags say, and for the rest what a person answers.
 * @throws UsageError with everything that is missing, where nobody can be asked, or is wrong
 */
export async function readAnswers(ctx: Context, common: CommonFlags, flags: InitFlags): Promise<Answers> {
  const problems = [...missing(ctx, common, flags), ...wrong(common, flags)];
  if (problems.length > 0) throw new UsageError(problems);
  const provider =
    common.provider === undefined || common.provider === 'all' ? await askProvider(ctx) : common.provider;
  const name = flags.name ?? (canAsk(ctx, common) ? await askName(ctx, provider) : provider);
  const endpoint = common.endpoint ?? (await endpointOf(ctx, provider));
  const clientId = flags.clientId ?? (needsClientId(provider) ? await askClientId(ctx) : null);
  const credential = flags.credential === undefined ? await askCredential(ctx, provider) : sourceOf(flags.credential);
  return { provider, name, endpoint, clientId, credential };
}

function missing(ctx: Context, common: CommonFlags, flags: InitFlags): readonly string[] {
  if (canAsk(ctx, common)) return [];
  const { provider } = common;
  const isRunai = provider === 'runai';
  return [
    ...(provider === undefined ? [`--provider is missing: ${listOf(providerNames, 'or')}`] : []),
    ...(isRunai && common.endpoint === undefined && variable(ctx.env, 'RUNAI_BASE_URL') === null
      ? ['--endpoint is missing: the address of the control plane']
      : []),
    ...(isRunai && flags.clientId === undefined ? ['--client-id is missing'] : []),
    ...(flags.credential === undefined ? [`--credential is missing: ${credentialForms}`] : []),
  ];
}

const credentialForms = 'env:<NAME>, file:<path> or command:<program and arguments>';

function wrong({ provider, endpoint }: CommonFlags, { clientId, credential }: InitFlags): readonly string[] {
  const problem = endpoint === undefined ? null : readEndpoint(endpoint, '--endpoint').problem;
  return [
    ...(provider === 'all' ? ['--provider all is no provider of one profile'] : []),
    ...(problem === null ? [] : [problem]),
    ...(clientId !== undefined && provider !== undefined && provider !== 'runai'
      ? [`--client-id is for Run:ai, and not for ${provider}`]
      : []),
    ...(credential !== undefined && !/^(?:env|file|command):./s.test(credential)
      ? [`--credential must be ${credentialForms}, and never the secret itself`]
      : []),
  ];
}

function needsClientId(provider: ProviderName): boolean {
  return environments[provider].secrets[0]?.clientId !== null;
}

/** @throws UsageError */
function sourceOf(text: string): Answers['credential'] {
  const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (kind !== 'command') return { [kind]: rest.trim() };
  try {
    return { command: split(rest) };
  } catch (cause) {
    throw new UsageError('--credential command: a quote is not closed', { cause });
  }
}

function askProvider({ prompt }: Context): Promise<ProviderName> {
  const choices = providerNames.map((name) => ({ value: name, label: registry[name].fullName }));
  return prompt.select({ message: 'Which provider?', choices }).then((chosen) => {
    const found = providerNames.find((name) => name === chosen);
    if (found === undefined) throw new UsageError(`${quoted(chosen)} is no provider`);
    return found;
  });
}

function askName({ prompt }: Context, provider: ProviderName): Promise<string> {
  return prompt.input({ message: 'A name for the profile', default: provider, validate: nonempty });
}

function nonempty(text: string): string | true {
  return text.trim() === '' ? 'it must not be empty' : true;
}

/** An address that the environment names is meant for this shell, and is asked about; the default is not. */
async function endpointOf({ env, prompt }: Context, provider: ProviderName): Promise<string | null> {
  const { variable: described, default: usual } = environments[provider].endpoint;
  const given = described === null ? null : variable(env, described.name);
  if (given === null && usual !== null) return null;
  return prompt.input({
    message: usual === null ? 'The address of the control plane' : "The address of the provider's API",
    ...(given !== null && { default: given }),
    validate: (text) => readEndpoint(text.trim(), 'it').problem ?? true,
  });
}

function askClientId({ prompt, env }: Context): Promise<string> {
  const given = variable(env, 'RUNAI_CLIENT_ID');
  return prompt.input({
    message: 'The client id of the service account or access key',
    ...(given !== null && { default: given }),
    validate: nonempty,
  });
}

/** Where the secret is; it is read when a command needs it, and never written into the configuration. */
async function askCredential({ prompt, env }: Context, provider: ProviderName): Promise<Answers['credential']> {
  const { secrets } = environments[provider];
  const usual = secrets[0]?.secret ?? '';
  const isSet = variable(env, usual) !== null;
  const kind = await prompt.select({
    message: `Where is the credential (${describeSecrets(environments[provider])})?`,
    choices: [
      { value: 'env', label: `in an environment variable${isSet ? ` (${usual} is set)` : ''}` },
      { value: 'file', label: 'in a file' },
      { value: 'command', label: 'a program prints it, e.g. pass, op or vault' },
    ],
  });
  if (kind === 'env')
    return { env: await prompt.input({ message: 'Which variable', default: usual, validate: nonempty }) };
  if (kind === 'file') return { file: await prompt.input({ message: 'Which file', validate: nonempty }) };
  return sourceOf(`command:${await prompt.input({ message: 'Program and arguments', validate: nonempty })}`);
}
