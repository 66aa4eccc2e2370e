import { connectionFlags, type ConnectionFlags } from '../model/hint.ts';
import { oneConnectionFlags, type Configuration } from '../config/configuration.ts';
import { resolveConnection, type Connection, type ResolveOptions } from '../config/connection.ts';
import { describeSource } from '../config/setting.ts';
import type { Context } from '../context.ts';
import { AuthError, UsageError } from '../errors.ts';
import { readEndpoint } from '../model/endpoint.ts';
import type { Turn } from '../http/request.ts';
import { providerNames, type ProviderName } from '../model/account.ts';
import { Secret, type Credential } from '../model/credential.ts';
import type { ConnectOptions, Provider, ProviderDefinition, Verification } from '../providers/provider.ts';
import { environments, providersWith, registry } from '../providers/registry.ts';
import { canAsk, chooseOrganization, confirmEndpoint } from './confirm.ts';
import { clientFactory, type Destination } from './client.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';
import { openSandboxOf, sandboxDirectory } from './sandbox-state.ts';
import type { State } from '../state/state.ts';

/** A connection as flags, environment and files describe it, before anything is opened. */
export interface FoundConnection {
  readonly configuration: Configuration;
  readonly definition: ProviderDefinition;
  /** The error where there is no credential; it is reported only when nothing else is wrong. */
  readonly connection: Connection | AuthError;
  /** Of endpoint and organization. */
  readonly problems: readonly string[];
}

/**
 * The connection that flags, environment and files name; where they name several, a person chooses.
 * @throws UsageError with every problem of the provider
 */
export async function findConnection(
  ctx: Context,
  common: CommonFlags,
  configuration: Configuration,
): Promise<FoundConnection> {
  const choose = connectionChooser(ctx, common, configuration);
  const options = { configuration, flags: common, environments, choose };
  const connection = await resolveConnection(ctx, options).catch((error: unknown) => {
    if (error instanceof AuthError) return error;
    throw error;
  });
  if (connection instanceof AuthError) {
    const definition = await loadDefinition(configuration.provider.value ?? common.reach?.able[0] ?? null);
    return { configuration, definition, connection, problems: [] };
  }
  return describeConnection(configuration, connection);
}

/** Asks which connection is meant; undefined where nobody can be asked. All are offered where nothing names one of them. */
export function connectionChooser(
  ctx: Context,
  common: CommonFlags,
  { provider }: Pick<Configuration, 'provider'>,
): ResolveOptions['choose'] {
  if (!canAsk(ctx, common)) return undefined;
  const { endpoint, reach } = common;
  const offersAll = reach?.several === true && provider.value === null && oneConnectionFlags(common).length === 0;
  return async (origins) =>
    (await import('./choose-connection.ts')).chooseConnection(ctx, { endpoint, offersAll }, origins);
}

/** A connection that has a credential, or is the sandbox's. */
export interface Described extends FoundConnection {
  readonly connection: Connection;
}

export async function describeConnection(configuration: Configuration, connection: Connection): Promise<Described> {
  const definition = await loadDefinition(connection.provider);
  const { endpoint, endpointSource, credential } = connection;
  const reading = credential === null ? null : readEndpoint(endpoint, endpointSource).problem;
  const { value: id, source } = connection.organization;
  // A setting for all runs is only for the providers that have organizations; a flag is about this run.
  const isMeant = source.kind === 'flag' || providersWith('listOrganizations').includes(definition.name);
  const problem = id === null || !isMeant ? null : definition.organizationProblem(id);
  const problems = [
    ...(reading === null ? [] : [reading]),
    ...(problem === null ? [] : [`${describeSource(source)} "${id}": ${problem}`]),
  ];
  return { configuration, definition, connection, problems };
}

async function loadDefinition(name: ProviderName | 'all' | null): Promise<ProviderDefinition> {
  return registry[name === null || name === 'all' ? providerNames[0] : name].load();
}

/** A provider that is ready to be asked. */
export interface Connected {
  readonly ctx: Context;
  /** Tries a credential that was just issued, at the same endpoint. */
  readonly verifyCredential: (credential: Credential) => Promise<Verification>;
  /** The program's own, or the sandbox's part of it. */
  readonly stateDirectory: string;
  /** Loaded with the first call: most commands change nothing. A process has it once. */
  readonly state: () => Promise<State>;
  readonly configuration: Configuration;
  readonly definition: ProviderDefinition;
  readonly provider: Provider;
  readonly isSandbox: boolean;
  /** The flags with which a command uses this connection. */
  readonly commandFlags: ConnectionFlags;
  readonly connection: {
    readonly endpoint: string;
    readonly credentialSource: string;
    readonly profile: string | null;
    /** An absolute path of a PEM file. */
    readonly caFile: string | null;
  };
}

/** @throws AuthError without a credential; UsageError where proxy, CA or an endpoint beside a profile cannot be used */
export async function connect(
  ctx: Context,
  common: CommonFlags,
  found: FoundConnection,
  shared: Shared = {},
): Promise<Connected> {
  const { connection } = found;
  if (connection instanceof AuthError) throw connection;
  for (const warning of connection.warnings) await note(ctx, common, warning);
  if (connection.credential === null) return connectSandbox(ctx, common, found, shared);
  await confirmEndpoint(ctx, common, connection);
  const { url } = readEndpoint(connection.endpoint, connection.endpointSource);
  if (url === null) throw new UsageError(`${connection.endpointSource} cannot be used`);
  return connectTo(ctx, common, {
    definition: found.definition,
    endpoint: url,
    endpointSource: connection.endpointSource,
    credential: connection.credential,
    profile: connection.profile,
    organization: connection.organization.value,
    ca: connection.ca,
    sandbox: null,
    stateDirectory: found.configuration.stateDirectory.value,
    configuration: found.configuration,
    ...shared,
  });
}

/** What several connections of one process share. */
export interface Shared {
  /** Default: the connection's own. */
  readonly state?: Connected['state'];
  /** Limits how many requests are made at once. */
  readonly turn?: Turn;
  readonly onAnswer?: Destination['onAnswer'];
}

async function connectTo(
  ctx: Context,
  common: CommonFlags,
  {
    credential,
    profile,
    organization,
    stateDirectory,
    configuration,
    state = stateOnDemand(ctx, common, { configuration, profile }),
    ...destination
  }: Destination &
    Shared &
    Pick<ConnectOptions, 'credential' | 'profile' | 'organization'> &
    Pick<Connected, 'configuration' | 'stateDirectory'>,
): Promise<Connected> {
  const { definition, endpoint, ca, sandbox } = destination;
  const createHttp = await clientFactory(ctx, common, destination);
  const provider = definition.connect({
    createHttp,
    credential,
    endpoint,
    profile,
    organization,
    chooseOrganization: (candidates) => chooseOrganization(ctx, common, candidates),
    note: (text) => note(ctx, common, text),
    now: ctx.now,
    sleep: (milliseconds) => ctx.sleep(milliseconds, ctx.signal),
    local: {
      platform: ctx.platform,
      userId: ctx.userId,
      homeDirectory: sandbox === null ? ctx.homeDirectory : null,
      stateDirectory,
      locks: { lock: async (account, wait) => (await state()).locks.lock(account, wait) },
      document: async (key) => (await state()).document(key),
    },
  });
  const isSandbox = sandbox !== null;
  return {
    ctx,
    configuration,
    definition,
    provider,
    isSandbox,
    commandFlags: connectionFlags({ ...common, provider: definition.name, profile, isSandbox }),
    stateDirectory,
    state,
    verifyCredential: (issued) =>
      definition.verifyCredential({ createHttp, endpoint, now: ctx.now, credential: issued }),
    connection: { endpoint, credentialSource: credential.source, profile, caFile: ca?.path ?? null },
  };
}

/** Connects to the emulator, in process: real credentials, proxies and CAs are not even read (docs/design.md 7). */
async function connectSandbox(
  ctx: Context,
  common: CommonFlags,
  { configuration, definition, connection }: FoundConnection,
  shared: Shared,
): Promise<Connected> {
  const { value: state } = configuration.stateDirectory;
  const sandbox = await openSandboxOf(ctx, state, definition.name);
  const { endpoint, clientId, secret } = sandbox.connection;
  return connectTo(ctx, common, {
    definition,
    endpoint,
    endpointSource: 'the sandbox',
    credential: { source: 'the sandbox', clientId, read: () => Promise.resolve(new Secret(secret)) },
    profile: 'sandbox',
    organization: connection instanceof AuthError ? null : connection.organization.value,
    ca: null,
    sandbox,
    stateDirectory: sandboxDirectory(state),
    configuration,
    ...shared,
  });
}

function stateOnDemand(
  ctx: Context,
  common: CommonFlags,
  { configuration, profile }: { readonly configuration: Configuration; readonly profile: string | null },
): Connected['state'] {
  let opened: Promise<State> | null = null;
  async function open(): Promise<State> {
    const { openState, statePlaceOf } = await import('./state.ts');
    return openState(ctx, common, statePlaceOf(configuration, profile));
  }
  return () => (opened ??= open());
}
