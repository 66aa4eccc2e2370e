import type { Configuration } from '../../config/configuration.ts';
import { selectAllOrigins, selectOrigin, type Origin } from '../../config/selection.ts';
import type { Source } from '../../config/setting.ts';
import type { Context } from '../../context.ts';
import { CliError, UsageError } from '../../errors.ts';
import { environments } from '../../providers/registry.ts';
import type { CommonFlags } from '../../session/flags.ts';

/** The connections to look at, and why there are none of some that were named. */
export interface FoundOrigins {
  readonly origins: readonly Origin[];
  readonly failures: readonly CliError[];
}

/**
 * The profiles or the provider that flags or environment name for this run; without them every one that there is, whatever
 * the files prefer.
 * @throws UsageError for an endpoint that would be that of several
 */
export function findOrigins(
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

/** Whether this run, and not a file for all runs, says which one is meant. */
function isChosen({ provider, profile }: Configuration): boolean {
  if (provider.value === 'all') return false;
  return isForRun(provider.source) || isForRun(profile.source);
}

function isForRun({ kind }: Source): boolean {
  return kind === 'flag' || kind === 'env';
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
