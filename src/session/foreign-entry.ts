import { variable } from '../config/directories.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { readEndpoint } from '../model/endpoint.ts';
import { environments } from '../providers/registry.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { canAsk } from './confirm.ts';
import type { StateWork } from './state-work.ts';

type Host = Pick<StateWork, 'ctx' | 'common' | 'configuration'>;

/**
 * Refuses to send the credential of an entry that another machine began to a place that nothing here names: whoever can write
 * into the store, or into a job's log, can make such an entry up (SECURITY.md). @throws UsageError
 */
export function refuseUnknownEndpoint({ ctx, configuration }: Host, { id, intent, isForeign }: ReadableEntry): void {
  const { endpoint, provider, isSandbox } = intent.connection;
  if (isForeign !== true || isSandbox || endpointsHere(ctx, configuration, provider).has(endpoint)) return;
  const name = environments[provider].endpoint.variable?.name;
  throw new UsageError(`entry ${id}, which another machine began, is of ${endpoint}, and nothing here names that`, {
    provider,
    hint: `if it is right, name it in a profile${name === undefined ? '' : `, or in ${name}`}`,
  });
}

function endpointsHere(
  ctx: Pick<Context, 'env'>,
  { profiles }: Pick<Configuration, 'profiles'>,
  provider: ReadableEntry['intent']['connection']['provider'],
): ReadonlySet<string> {
  const { endpoint } = environments[provider];
  const given = endpoint.variable === null ? null : variable(ctx.env, endpoint.variable.name);
  const own = [...profiles.values()].filter((profile) => profile.provider === provider);
  const texts = [endpoint.default, given, ...own.map((profile) => profile.endpoint)].filter((text) => text !== null);
  return new Set(texts.map((text) => readEndpoint(text, '').url ?? text));
}

/** Refuses to run a program that only such an entry names, unless a person is asked. @throws UsageError */
export function refuseForeignPrograms(
  { ctx, common }: Host,
  { id, isForeign }: ReadableEntry,
  targets: readonly string[],
): void {
  if (isForeign !== true || (canAsk(ctx, common) && common.yes !== true)) return;
  const programs = targets.filter((target) => /^exec(?:\+json)?:/.test(target));
  if (programs.length === 0) return;
  throw new UsageError(
    programs.map((program) => `entry ${id}, which another machine began, would run ${program} here`),
    { hint: 'name it with --to, or run this at a terminal' },
  );
}
