import { hasState, readConfiguration, type Configuration } from '../../config/configuration.ts';
import { connectionOf } from '../../config/connection.ts';
import { describeIncomplete } from '../../config/environment.ts';
import { selectAllOrigins, selectOrigin, type Origin } from '../../config/selection.ts';
import type { Context } from '../../context.ts';
import { AuthError, CliError, ExitCode, UsageError } from '../../errors.ts';
import { providerNames, type ProviderName } from '../../model/account.ts';
import { connectionFlags } from '../../model/hint.ts';
import { environments } from '../../providers/registry.ts';
import { describeConnection } from '../../session/connect.ts';
import { outputFlags, type CommonFlags } from '../../session/flags.ts';
import { examineConnection } from './connection.ts';
import { about, failure, report, warning, type Diagnosis, type CheckResult } from './report.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { gather, throwGathered, type Gathered } from '../../session/check.ts';
import type { Invocation } from '../../session/invocation.ts';
import { examineMachine } from './machine.ts';

/** What `doctor` does. */
export async function examine({ ctx, common }: Invocation): Promise<ExitCode> {
  const flags = { ...common, profile: common.profiles?.[0] };
  const reading = await readConfiguration(ctx, flags);
  const gathered: Gathered = { problems: [...reading.misuse], hints: [] };
  const renderer = await gather(gathered, () => prepareRenderer(ctx, outputFlags(common, reading.configuration)));
  throwGathered(gathered);
  if (renderer === null) return ExitCode.usage;
  const diagnoses = [
    ...(await examineMachine(ctx, flags, reading)),
    ...(hasState(reading.configuration) ? await examineConnections(ctx, flags, reading.configuration) : []),
  ];
  await emit(ctx, renderer, report(diagnoses));
  return diagnoses.some(({ level }) => level === 'error') ? ExitCode.failed : ExitCode.done;
}

/** Checks the named connections, or all; one that fails does not keep the others from being checked. */
async function examineConnections(
  ctx: Context,
  flags: CommonFlags,
  configuration: Configuration,
): Promise<readonly Diagnosis[]> {
  const { origins, failures } = findOrigins(ctx, flags, configuration);
  const examined = await Promise.all(
    origins.map(async (origin) => {
      const name = nameOf(origin);
      const meant = connectionFlags({ ...flags, ...name, isSandbox: origin.kind === 'sandbox' });
      return about(name, await examineOrigin(ctx, { flags, configuration, origin }), meant);
    }),
  );
  const missing = failures.flatMap((error) =>
    about({ provider: error.provider, profile: null }, [failureOf(error)], []),
  );
  return [...examined.flat(), ...incomplete(ctx, configuration), ...missing];
}

function nameOf(origin: Origin): { readonly provider: ProviderName; readonly profile: string | null } {
  if (origin.kind !== 'profile') return { provider: origin.provider, profile: null };
  return { provider: origin.profile.provider, profile: origin.profile.name };
}

async function examineOrigin(
  ctx: Context,
  options: { readonly flags: CommonFlags; readonly configuration: Configuration; readonly origin: Origin },
): Promise<readonly CheckResult[]> {
  const { flags, configuration } = options;
  try {
    const connection = await connectionOf(ctx, { ...options, environments });
    const described = await describeConnection(configuration, connection);
    const problems = described.problems.map((problem) => failure('connection', problem));
    return problems.length > 0 ? problems : await examineConnection(ctx, flags, described);
  } catch (error) {
    if (!(error instanceof CliError) || ctx.signal.aborted) throw error;
    return [failureOf(error)];
  }
}

/** Incomplete credentials in the environment: they are not used, and no other command says so. */
function incomplete(ctx: Context, { sandbox, provider }: Configuration): readonly Diagnosis[] {
  if (sandbox.value) return [];
  const isAny = provider.value === null || provider.value === 'all';
  const asked = providerNames.filter((name) => isAny || provider.value === name);
  return asked.flatMap((name) => {
    const problem = describeIncomplete(environments[name], ctx.env);
    const results = problem === null ? [] : [warning('credential', `${problem}; it is not used`)];
    return about({ provider: name, profile: null }, results, []);
  });
}

/** Why a connection cannot be checked further. */
function failureOf(error: CliError): CheckResult {
  const check = error instanceof AuthError ? 'credential' : 'connection';
  return failure(check, error.message, error.hint);
}

/** The connections to check, and why some that were named do not exist. */
interface FoundOrigins {
  readonly origins: readonly Origin[];
  readonly failures: readonly CliError[];
}

/**
 * The profiles or the provider that flags or environment name; without them all, whatever the configuration files prefer.
 * @throws UsageError for `--endpoint` with several connections
 */
function findOrigins(
  { env }: Pick<Context, 'env'>,
  { profiles = [], provider, endpoint }: CommonFlags,
  configuration: Configuration,
): FoundOrigins {
  const names = provider === 'all' ? [] : [...new Set(profiles)];
  const isOne = names.length === 1 || isChosen(configuration);
  const found =
    names.length > 1
      ? gatherOrigins(names.map((name) => () => [originOf(named(configuration, name))]))
      : gatherOrigins([() => (isOne ? [originOf(configuration)] : all(configuration))]);
  if (endpoint !== undefined && !isOne) {
    throw new UsageError('--endpoint is for one connection: name it with --provider or --profile');
  }
  return found;

  function originOf(wanted: Configuration): Origin {
    return selectOrigin({ env, configuration: wanted, environments });
  }

  function all(wanted: Configuration): readonly Origin[] {
    return selectAllOrigins({ env, configuration: wanted, environments });
  }
}

/** Whether flags or environment, and not a file, name the connection. */
function isChosen({ provider, profile }: Configuration): boolean {
  if (provider.value === 'all') return false;
  return [provider, profile].some(({ source: { kind } }) => kind === 'flag' || kind === 'env');
}

function named(configuration: Configuration, name: string): Configuration {
  const source = { kind: 'flag', name: '--profile' } as const;
  return { ...configuration, profile: { value: name, source } };
}

function gatherOrigins(looks: readonly (() => readonly Origin[])[]): FoundOrigins {
  const origins: Origin[] = [];
  const failures: CliError[] = [];
  for (const look of looks) {
    try {
      origins.push(...look());
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      failures.push(error);
    }
  }
  return { origins, failures };
}
