import { environments, registry } from '../../providers/registry.ts';
import { variable } from '../../config/directories.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { readEndpoint } from '../../model/endpoint.ts';
import { providerNames, type ProviderName } from '../../model/account.ts';
import { listOf, quoted } from '../../model/text.ts';
import { canAsk } from '../../session/confirm.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { askCredential, foundCredentials, placeOf, type CredentialPlace } from './credential-question.ts';
import { profileNameProblem } from '../../config/profile.ts';

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
  readonly credential: CredentialPlace;
}

/**
 * What the flags say, and for the rest what a person answers. `taken` are names of profiles that there are.
 * @throws UsageError with everything that is missing, where nobody can be asked, or is wrong
 */
export async function readAnswers(
  ctx: Context,
  common: CommonFlags,
  { flags, taken }: { readonly flags: InitFlags; readonly taken: ReadonlySet<string> },
): Promise<Answers> {
  const problems = [...missing(ctx, common, flags), ...wrong(common, flags)];
  if (problems.length > 0) throw new UsageError(problems);
  const provider =
    common.provider === undefined || common.provider === 'all' ? await askProvider(ctx) : common.provider;
  // Flags that say all the rest leave nothing to be asked, so that several lines can be pasted at once.
  const isSaid = common.provider !== undefined && flags.credential !== undefined && !taken.has(provider);
  const name = flags.name ?? (isSaid || !canAsk(ctx, common) ? provider : await askName(ctx, provider, taken));
  const endpoint = common.endpoint ?? (await endpointOf(ctx, provider));
  const credential =
    flags.credential === undefined ? await askCredential(ctx, provider, flags) : placeOf(flags.credential);
  const clientId = flags.clientId ?? (needsClientId(provider, credential) ? await askClientId(ctx) : null);
  return { provider, name, endpoint, clientId, credential };
}

/** The same with another place of the credential. */
export async function askAgain(ctx: Context, answers: Answers, flags: InitFlags): Promise<Answers> {
  const credential = await askCredential(ctx, answers.provider, flags);
  const isNeeded = flags.clientId === undefined && needsClientId(answers.provider, credential);
  return {
    ...answers,
    credential,
    clientId: isNeeded ? await askClientId(ctx, answers.clientId) : (flags.clientId ?? null),
  };
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

function wrong({ provider, endpoint }: CommonFlags, { name, clientId, credential }: InitFlags): readonly string[] {
  const problem = endpoint === undefined ? null : readEndpoint(endpoint, '--endpoint').problem;
  return [
    ...(name?.trim() === '' ? ['--name must not be empty'] : []),
    ...(provider === 'all' ? ['--provider all cannot be the provider of a profile'] : []),
    ...(problem === null ? [] : [problem]),
    ...(clientId !== undefined && provider !== undefined && provider !== 'runai'
      ? [`--client-id is for Run:ai, and not for ${provider}`]
      : []),
    ...(credential !== undefined && !/^(?:env|file|command):./s.test(credential)
      ? [`--credential must be ${credentialForms}, and never the secret itself`]
      : []),
  ];
}

/** A client secret does; an access token in the variable for those does not. */
function needsClientId(provider: ProviderName, { env }: CredentialPlace): boolean {
  const { secrets } = environments[provider];
  const known = secrets.find(({ secret }) => secret === env) ?? secrets[0];
  return known !== undefined && known.clientId !== null;
}

/** Those whose credential is on this machine come first. */
async function askProvider(ctx: Context): Promise<ProviderName> {
  const all = providerNames.map((name) => ({ name, found: [...foundCredentials(ctx, name).values()] }));
  const chosen = await ctx.prompt.select({
    message: 'Which provider?',
    choices: [...all.filter(({ found }) => found.length > 0), ...all.filter(({ found }) => found.length === 0)].map(
      ({ name, found: [first] }) => ({
        value: name,
        label: `${registry[name].fullName}${first === undefined ? '' : ` (a credential is ${first.label})`}`,
      }),
    ),
  });
  const found = providerNames.find((name) => name === chosen);
  if (found === undefined) throw new UsageError(`${quoted(chosen)} is not a provider`);
  return found;
}

function askName({ prompt }: Context, provider: ProviderName, taken: ReadonlySet<string>): Promise<string> {
  return prompt.input({
    message: 'A name for the profile',
    default: freeName(provider, taken),
    validate: (text) => {
      if (text.trim() === '') return nonempty(text);
      return taken.has(text.trim())
        ? 'there is a profile of that name: take another'
        : (profileNameProblem(text.trim()) ?? true);
    },
  });
}

/** The provider's name, or with a number where there is such a profile, e.g. `nscale-2`. */
function freeName(provider: ProviderName, taken: ReadonlySet<string>): string {
  let name: string = provider;
  for (let number = 2; taken.has(name); number++) name = `${provider}-${number}`;
  return name;
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

function askClientId({ prompt, env }: Context, before: string | null = null): Promise<string> {
  const given = before ?? variable(env, 'RUNAI_CLIENT_ID');
  return prompt.input({
    message: 'The client id of the service account or access key',
    ...(given !== null && { default: given }),
    validate: nonempty,
  });
}
