import { soonMs } from '../model/expiry.ts';
import { relativeTime } from '../output/time.ts';
import type { OwnCredential } from '../providers/provider.ts';
import type { Connected } from './connect.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';

type Caller = Pick<Connected, 'definition' | 'connection'>;

/** The command that replaces the caller's own credential; null where it is of no account that can be rotated. */
export function renewal(
  { definition, connection }: Caller,
  { accountId }: OwnCredential,
): string | null {
  if (accountId === null) return null;
  const { profile } = connection;
  const named = profile === null ? `--provider ${definition.name}` : `--profile ${profile}`;
  return `sactl serviceaccounts rotate ${named} --id ${accountId} --to …`;
}

/**
 * One line on stderr when the caller's own credential ends within 14 days, as far as the answers that came anyway say so:
 * nothing is asked for it.
 */
export async function warnOfExpiry(
  { ctx, provider, ...caller }: Caller & Pick<Connected, 'ctx' | 'provider'>,
  common: CommonFlags,
): Promise<void> {
  const own = provider.knownCredential?.() ?? null;
  const end = Date.parse(own?.expiresAt ?? '');
  if (own === null || !(end - ctx.now() < soonMs)) return;
  const { credentialSource } = caller.connection;
  const command = renewal(caller, own);
  const text = `the credential from ${credentialSource} expires ${relativeTime(end, ctx.now())}`;
  await note(ctx, common, command === null ? text : `${text}: ${command}`);
}
