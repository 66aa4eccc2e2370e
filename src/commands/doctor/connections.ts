import type { Configuration } from '../../config/configuration.ts';
import { connectionOf } from '../../config/connection.ts';
import { describeIncomplete } from '../../config/environment.ts';
import type { Origin } from '../../config/selection.ts';
import type { Context } from '../../context.ts';
import { AuthError, CliError } from '../../errors.ts';
import { environments, providers } from '../../providers/registry.ts';
import { describeConnection } from '../../session/connect.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { examineConnection } from './connection.ts';
import { about, failure, warning, type Diagnosis, type Result } from './diagnosis.ts';
import { findOrigins } from './origins.ts';

/** Every connection that was named, or that there is; one that fails costs its own results and no other's. */
export async function examineConnections(
  ctx: Context,
  flags: CommonFlags,
  configuration: Configuration,
): Promise<readonly Diagnosis[]> {
  const { origins, failures } = findOrigins(ctx, flags, configuration);
  const examined = await Promise.all(
    origins.map(async (origin) => about(nameOf(origin), await examineOrigin(ctx, { flags, configuration, origin }))),
  );
  const missing = failures.flatMap((error) => about({ provider: error.provider, profile: null }, [failureOf(error)]));
  return [...examined.flat(), ...incomplete(ctx, configuration), ...missing];
}

function nameOf(origin: Origin): Pick<Diagnosis, 'provider' | 'profile'> {
  if (origin.kind !== 'profile') return { provider: origin.provider, profile: null };
  return { provider: origin.profile.provider, profile: origin.profile.name };
}

interface Examined {
  readonly flags: CommonFlags;
  readonly configuration: Configuration;
  readonly origin: Origin;
}

async function examineOrigin(ctx: Context, { flags, configuration, origin }: Examined): Promise<readonly Result[]> {
  try {
    const options = { configuration, flags, environments, origin };
    const connection = await connectionOf(ctx, options);
    const described = await describeConnection(configuration, connection);
    const problems = described.problems.map((problem) => failure('connection', problem));
    return problems.length > 0 ? problems : await examineConnection(ctx, flags, described);
  } catch (error) {
    if (!(error instanceof CliError) || ctx.signal.aborted) throw error;
    return [failureOf(error)];
  }
}

/** What is set of a credential in the environment that is not complete: it is not used, and nobody else says so. */
function incomplete(ctx: Context, { sandbox, provider }: Configuration): readonly Diagnosis[] {
  if (sandbox.value) return [];
  const asked = providers.filter(
    (name) => provider.value === null || provider.value === 'all' || provider.value === name,
  );
  return asked.flatMap((name) => {
    const environment = environments[name];
    const problem = environment === undefined ? null : describeIncomplete(environment, ctx.env);
    const results = problem === null ? [] : [warning('credential', `${problem}; it is not used`)];
    return about({ provider: name, profile: null }, results);
  });
}

/** Why there is nothing to look at further. */
function failureOf(error: CliError): Result {
  const check = error instanceof AuthError ? 'credential' : 'connection';
  return failure(check, error.message, error.hint);
}
