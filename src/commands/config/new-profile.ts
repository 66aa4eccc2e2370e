import { loadConfiguration, type Configuration } from '../../config/configuration.ts';
import { resolveConnection } from '../../config/connection.ts';
import { interpretUserFile } from '../../config/user-file.ts';
import type { Profile } from '../../config/profile.ts';
import type { Context } from '../../context.ts';
import { CliError, ConflictError, ExitCode, UsageError } from '../../errors.ts';
import type { ProviderName } from '../../model/account.ts';
import { sactl } from '../../model/hint.ts';
import { quoted, safeText } from '../../model/text.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { environments, providersWith } from '../../providers/registry.ts';
import { canAsk, chooseOrganization } from '../../session/confirm.ts';
import { connect, describeConnection, type Connected } from '../../session/connect.ts';
import { outputFlags, type CommonFlags } from '../../session/flags.ts';
import type { Invocation } from '../../session/invocation.ts';
import { findOwnFile, newProblems, withChange, writeOwnFile, type OwnFile } from './own-file.ts';
import { noteLine } from '../../session/note.ts';
import { askAgain, readAnswers, type Answers, type InitFlags } from './profile-answers.ts';

/** What `config init` does. @throws UsageError, ConflictError where the profile exists, and what the provider says */
export async function initProfile({ ctx, common }: Invocation, flags: InitFlags): Promise<ExitCode> {
  const configuration = await loadConfiguration(ctx, { sandbox: common.sandbox });
  if (configuration.sandbox.value)
    throw new UsageError('the sandbox has no profiles: unset SACTL_SANDBOX to set one up');
  const renderer = await prepareRenderer(ctx, outputFlags(common, configuration));
  const file = await findOwnFile(ctx);
  const taken = new Set(configuration.profiles.keys());
  const given = await readAnswers(ctx, common, { flags, taken });
  const { name, provider } = given;
  if (taken.has(name)) throw exists(file, name);
  const place = { org: common.org ?? null, ca: common.caCert ?? null };
  const { answers, tried } = await tryAnswers({ ctx, common, configuration, file, flags, place }, given);
  const organization = place.org ?? tried?.organization ?? null;
  const whole = await draftOf(file, name, entryOf(answers, { ...place, org: organization }));
  const problems = await newProblems(ctx, file, whole);
  if (problems.length > 0) throw new UsageError(problems);
  const isDefault = configuration.profile.value === null && configuration.profiles.size === 0;
  const text = isDefault ? await withChange({ ...file, text: whole }, ['profile'], name) : whole;
  await writeOwnFile(ctx, file, text);
  const value = { profile: name, provider, path: file.path, isDefault, organization, subject: tried?.subject ?? null };
  await emit(ctx, renderer, { value, human: () => nextSteps(value) });
  return ExitCode.done;
}

function exists({ path }: OwnFile, name: string): ConflictError {
  return new ConflictError('exists', `${path} has a profile ${quoted(name)} already`, {
    hint: ['give another --name, or look at this one: ', sactl`config get ${`profiles.${name}`}`],
  });
}

interface Place {
  readonly org: string | null;
  readonly ca: string | null;
}

/** The profile as the file has it; what is not said is left out. */
function entryOf({ provider, endpoint, clientId, credential }: Answers, { org, ca }: Place): Entry {
  const optional = Object.entries({ endpoint, org, clientId, ca }).filter(([, value]) => value !== null);
  return { provider, ...Object.fromEntries(optional), credential };
}

type Entry = Readonly<Record<string, unknown>>;

/** The text of the file with the profile in it. */
async function draftOf(file: OwnFile, name: string, entry: Entry): Promise<string> {
  let text = file.text;
  for (const [key, value] of Object.entries(entry)) {
    text = await withChange({ ...file, text }, ['profiles', name, key], value);
  }
  return text;
}

interface Trial {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly configuration: Configuration;
  readonly file: OwnFile;
  readonly flags: InitFlags;
  readonly place: Place;
}

/** Tries the answers; where a credential does not work that a person was asked for, its place is asked for again. */
async function tryAnswers(
  trial: Trial,
  answers: Answers,
): Promise<{ readonly answers: Answers; readonly tried: Tried | null }> {
  const { ctx, common, file, flags, place } = trial;
  const { profiles, problems } = interpretUserFile(ctx, file.path, {
    value: { profiles: { [answers.name]: entryOf(answers, place) } },
  });
  const profile = profiles.get(answers.name);
  if (profile === undefined || problems.length > 0) throw new UsageError(problems);
  if (flags.unchecked === true) return { answers, tried: null };
  try {
    return { answers, tried: await tryOut(trial, profile) };
  } catch (error) {
    const isAsked = flags.credential === undefined && canAsk(ctx, common);
    if (!isAsked || !(error instanceof CliError) || error.exitCode !== ExitCode.auth) throw error;
    await ctx.stderr.write(noteLine(error.message));
    return tryAnswers(trial, await askAgain(ctx, answers, flags));
  }
}

interface Tried {
  readonly subject: string | null;
  readonly organization: string | null;
}

/** Connects as any command would with this profile, and asks who the credential is. */
async function tryOut(
  { ctx, common, configuration }: { ctx: Context; common: CommonFlags; configuration: Configuration },
  profile: Profile,
): Promise<Tried> {
  const drafted: Configuration = {
    ...configuration,
    profiles: new Map([...configuration.profiles, [profile.name, profile]]),
    profile: { value: profile.name, source: { kind: 'flag', name: '--name' } },
    provider: { value: null, source: configuration.provider.source },
  };
  const flags = { sandbox: common.sandbox };
  const connection = await resolveConnection(ctx, { configuration: drafted, flags, environments });
  const described = await describeConnection(drafted, connection);
  if (described.problems.length > 0) throw new UsageError(described.problems);
  const connected = await connect(
    ctx,
    { ...common, provider: undefined, endpoint: undefined, org: undefined },
    described,
  );
  const identity = await connected.provider.whoami?.();
  return { subject: identity?.subject ?? null, organization: profile.org ?? (await organizationOf(connected, common)) };
}

/** The one organization of the credential, or the one that a person chooses; null where the provider has none. */
async function organizationOf({ ctx, provider }: Connected, common: CommonFlags): Promise<string | null> {
  const found = (await provider.listOrganizations?.()) ?? [];
  const [only, ...others] = found;
  if (only === undefined) return null;
  return others.length === 0 ? only.id : chooseOrganization(ctx, common, found);
}

/** Three lines that work with this profile. On a provider without an API for accounts, sactl records those that it is given. */
function nextSteps({
  profile,
  provider,
  path,
  isDefault,
  subject,
}: {
  readonly profile: string;
  readonly provider: ProviderName;
  readonly path: string;
  readonly isDefault: boolean;
  readonly subject: string | null;
}): string {
  const flag = isDefault ? '' : ` --profile ${profile}`;
  const isManual = providersWith('manual').includes(provider);
  const who = subject === null ? '' : `, signed in as ${subject}`;
  const lines = [
    `The profile ${profile} is in ${path}${who}.`,
    '',
    'Go on with',
    `  sactl sa list${flag}${isManual ? ' --active' : ''}`,
    `  sactl doctor${flag}`,
    isManual
      ? `  sactl sa create${flag} --name <name> -f <session.json> --to file:<path> --dry-run`
      : `  sactl sa rotate${flag} --id <name> --to file:<path> --dry-run`,
  ];
  return `${lines.map((line) => safeText(line).replace(/^(?=sactl)/, '  ')).join('\n')}\n`;
}
