import { hintText } from '../../model/hint.ts';
import { loadConfiguration, type Configuration } from '../../config/configuration.ts';
import { resolveConnection, type Connection } from '../../config/connection.ts';
import { describeCredential, type CredentialSource } from '../../config/credential-source.ts';
import { describeSource, type Ignored, type Setting } from '../../config/setting.ts';
import { stateSettings } from '../../config/state.ts';
import { describeAddress } from '../../model/store-address.ts';
import { cellText, type Cell, type Column } from '../../output/columns.ts';
import { tildePath } from '../../files/home.ts';
import { detail, table } from '../../output/table.ts';
import { sheetOf, type OutputDocument } from '../../output/document.ts';
import { safeText } from '../../model/text.ts';
import { selectOrigin, type SelectionOptions } from '../../config/selection.ts';
import type { Context } from '../../context.ts';
import { AuthError, ExitCode, UsageError } from '../../errors.ts';
import { environments } from '../../providers/registry.ts';
import { describeConnection } from '../../session/connect.ts';
import { outputFlags, type CommonFlags } from '../../session/flags.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { gather, throwGathered, type Gathered } from '../../session/check.ts';
import type { Invocation } from '../../session/invocation.ts';

/** What `config explain` does. */
export async function explainSettings({ ctx, common }: Invocation): Promise<ExitCode> {
  const gathered: Gathered = { problems: [], hints: [] };
  const configuration = await gather(gathered, () => loadConfiguration(ctx, common));
  const renderer = await gather(gathered, () => prepareRenderer(ctx, outputFlags(common, configuration)));
  const explained =
    configuration === null ? null : await gather(gathered, () => findExplained(ctx, common, configuration));
  throwGathered(gathered);
  if (configuration === null || renderer === null || explained === null) throw new UsageError(gathered.problems);
  await emit(ctx, renderer, explanation(configuration, explained, ctx.homeDirectory));
  return ExitCode.done;
}

/** All settings; of credentials only their source. */
function explanation(configuration: Configuration, explained: Explained, homeDirectory: string | null): OutputDocument {
  const { provider, profile, org, sandbox, columns, format, stateDirectory, printSecrets, ignored, files } =
    configuration;
  const ban = printSecrets.value === null ? {} : { printSecrets };
  const plain = Object.entries({ provider, profile, org, sandbox, columns, format, stateDirectory, ...ban });
  const settings = [...plain, ...stateRows(configuration, homeDirectory)].map(([name, { value, source }]) => ({
    name,
    value,
    source: describeSource(source),
  }));
  const profiles = profilesOf(configuration, homeDirectory);
  const { problem } = explained;
  const connection = explained.connection === null ? null : connectionOf(explained.connection);
  const credential = explained.connection?.credential?.profileSource ?? null;
  const shown = credential === null ? null : describeCredential(credential, homeDirectory);
  const rows: readonly SettingRow[] = [...settings, ...(connection === null ? [] : connectionRows(connection, shown))];
  const tables = columnsAt(homeDirectory);
  const marker = sandbox.value ? { sandbox: true } : {};
  const fileFields = [
    { label: 'User file', value: withTilde(files.user, homeDirectory) },
    { label: 'Project file', value: withTilde(files.project, homeDirectory) },
  ];
  return {
    value: { settings, connection, problem, ignored, profiles, files, ...marker },
    isPaged: true,
    human: async (style) =>
      [
        await table({ rows, columns: tables.settings, style }),
        problem === null ? '' : `\nNo connection: ${safeText(problem)}\n`,
        await section('Profiles', { rows: profiles, columns: tables.profiles, style }),
        await section('Found and not used', { rows: ignored, columns: tables.ignored, style }),
        `\n${detail(fileFields, style)}`,
      ].join(''),
    sheet: () => sheetOf(rows, tables.settings),
  };
}

/** The store, and what else is set; of credential and identity only where they are. */
function stateRows(
  { state, profile, profiles }: Configuration,
  homeDirectory: string | null,
): readonly [name: string, setting: Setting<Cell>][] {
  const { store, credential, recipients, identity, leaseMs, capsule } = stateSettings(
    state,
    profiles.get(profile.value ?? '') ?? null,
  );
  function named({ value, source }: Setting<CredentialSource | null>): Setting<Cell> {
    return { value: value === null ? null : describeCredential(value, homeDirectory), source };
  }
  const others: [name: string, setting: Setting<Cell>][] = [
    ['state.credential', named(credential)],
    ['state.recipients', recipients],
    ['state.identity', named(identity)],
    ['state.lease', { ...leaseMs, value: `${leaseMs.value / 1000}s` }],
    ['state.capsule', { ...capsule, value: capsule.value ? 'on' : 'off' }],
  ];
  const isSet = others.filter(([, { source, value }]) => source.kind !== 'default' && value !== null);
  return [['state.store', { ...store, value: describeAddress(store.value) }], ...isSet];
}

interface SettingRow {
  readonly name: string;
  readonly value: Cell;
  readonly source: string | null;
  /** What a table says of the source, where another row has the rest. */
  readonly shown?: string | null;
}

/** The connection as it prints; `credential` is its source, and `endpoint` is null in the sandbox. */
function connectionOf(connection: Connection) {
  const { provider, profile, endpoint, endpointSource, credential, ca, organization } = connection;
  return {
    provider,
    profile,
    endpoint: endpoint === '' ? null : endpoint,
    endpointSource,
    credential: credential?.source ?? 'the sandbox',
    ca: ca?.path ?? null,
    caSource: ca?.source ?? null,
    organization: organization.value,
    organizationSource: describeSource(organization.source),
  };
}

function connectionRows(connection: ReturnType<typeof connectionOf>, shown: string | null): readonly SettingRow[] {
  const { provider, profile, endpoint, endpointSource, credential, ca, caSource } = connection;
  return [
    { name: 'connection', value: provider, source: profile === null ? credential : `profile ${profile}` },
    { name: 'endpoint', value: endpoint, source: endpointSource },
    { name: 'credential', value: '[not read]', source: credential, shown },
    { name: 'ca', value: ca, source: caSource },
    { name: 'organization', value: connection.organization, source: connection.organizationSource },
  ];
}

function profilesOf({ profiles }: Configuration, homeDirectory: string | null) {
  return [...profiles.values()].map(({ name, provider, endpoint, org, credential }) => ({
    name,
    provider,
    endpoint,
    org,
    credential: describeCredential(credential, homeDirectory),
  }));
}

/** Tables have paths below the home directory with `~`, and are cut to the width of a terminal. */
function columnsAt(homeDirectory: string | null) {
  function tilde(cell: Cell): string {
    return withTilde(cellText(cell), homeDirectory);
  }
  const settings: readonly Column<SettingRow>[] = [
    { name: 'name', header: 'SETTING', value: ({ name }) => name },
    { name: 'value', value: ({ value }) => value, text: ({ value }) => tilde(value), shrink: 1 },
    {
      name: 'source',
      value: ({ source }) => source,
      text: ({ source, shown }) => tilde(shown ?? source),
      tone: () => 'muted',
      shrink: 1,
    },
  ];
  const profiles: readonly Column<ReturnType<typeof profilesOf>[number]>[] = [
    { name: 'name', value: ({ name }) => name },
    { name: 'provider', value: ({ provider }) => provider },
    { name: 'endpoint', value: ({ endpoint }) => endpoint, shrink: 2 },
    { name: 'org', value: ({ org }) => org, hideEmpty: true, spare: 1 },
    { name: 'credential', value: ({ credential }) => credential, tone: () => 'muted', shrink: 1 },
  ];
  const ignored: readonly Column<Ignored>[] = [
    { name: 'what', value: ({ what }) => what, text: ({ what }) => tilde(what), shrink: 1 },
    { name: 'why', value: ({ why }) => why, text: ({ why }) => tilde(why), tone: () => 'muted', shrink: 1 },
  ];
  return { settings, profiles, ignored };
}

/** A text whose words are paths of this user; empty for null. */
function withTilde(text: string | null, homeDirectory: string | null): string {
  return (text ?? '')
    .split(' ')
    .map((word) => tildePath(word, homeDirectory))
    .join(' ');
}

/** A table under a title; empty without rows. */
async function section<Row>(title: string, options: Parameters<typeof table<Row>>[0]): Promise<string> {
  const text = await table(options);
  return text === '' ? '' : `\n${options.style.paint('heading', title)}\n${text}`;
}

/** The connection that a command would use, or why there is none. */
type Explained =
  | { readonly connection: Connection; readonly problem: null }
  | { readonly connection: null; readonly problem: string };

/**
 * Finds the connection without opening it: no credential is read, and no command for one is run.
 * @throws UsageError when the settings contradict each other, as every command does
 */
async function findExplained(ctx: Context, common: CommonFlags, configuration: Configuration): Promise<Explained> {
  const options = { configuration, environments };
  const problem = selectionProblem({ ...options, env: ctx.env });
  if (problem !== null) return { connection: null, problem };
  const connection = await resolveConnection(ctx, { ...options, flags: common });
  const { problems } = await describeConnection(configuration, connection);
  if (problems.length > 0) throw new UsageError(problems);
  return { connection, problem: null };
}

/** Why no connection is selected: there is none, or there are several and none is named. */
function selectionProblem(options: SelectionOptions): string | null {
  const { provider, profile } = options.configuration;
  if (provider.value === 'all') {
    return `${describeSource(provider.source)} says all: every profile, and every provider with a credential in the environment`;
  }
  try {
    selectOrigin(options);
    return null;
  } catch (error) {
    const isOpen = provider.value === null && profile.value === null;
    const isExplained = error instanceof AuthError || (error instanceof UsageError && isOpen);
    if (!isExplained) throw error;
    return error.hint === null ? error.message : `${error.message}; ${hintText(error.hint)}`;
  }
}
