import type { Origin } from '../config/selection.ts';
import { variable } from '../config/directories.ts';
import type { Context } from '../context.ts';
import { environments } from '../providers/registry.ts';
import type { CommonFlags } from './flags.ts';
import { AllMeant } from './all-meant.ts';

/**
 * Asks which connection is meant, by provider, profile and address.
 * @param offersAll whether all of them may be meant
 * @throws AllMeant where they are
 */
export async function chooseConnection(
  { prompt, env }: Context,
  { endpoint, offersAll }: Pick<CommonFlags, 'endpoint'> & { readonly offersAll: boolean },
  origins: readonly Origin[],
): Promise<Origin> {
  const single = origins.map((origin, index) => ({
    value: String(index),
    label: partsOf(origin, env, endpoint).join(', '),
  }));
  const choices = offersAll && single.length > 1 ? [...single, { value: 'all', label: 'all of them' }] : single;
  const chosen = await prompt.select({ message: 'Which provider?', choices });
  if (chosen === 'all') throw new AllMeant();
  const origin = origins[Number(chosen)];
  if (origin === undefined) throw new Error(`"${chosen}" is no choice`);
  return origin;
}

/** e.g. `runai`, `profile gpu`, `https://runai.example.com` */
function partsOf(origin: Origin, env: Context['env'], given: string | undefined): readonly string[] {
  if (origin.kind === 'sandbox') return [origin.provider, 'sandbox'];
  const { provider } = origin.kind === 'profile' ? origin.profile : origin;
  const { endpoint } = environments[provider];
  const named = endpoint.variable === null ? null : variable(env, endpoint.variable.name);
  const own = origin.kind === 'profile' ? origin.profile.endpoint : named;
  const address = given ?? own ?? endpoint.default;
  const name = origin.kind === 'profile' ? `profile ${origin.profile.name}` : (origin.secret?.secret ?? 'its own file');
  return [provider, name, ...(address === null ? [] : [address])];
}
