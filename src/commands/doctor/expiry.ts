import { CliError } from '../../errors.ts';
import { soonMs } from '../../model/expiry.ts';
import { relativeTime } from '../../output/time.ts';
import type { OwnCredential } from '../../providers/provider.ts';
import type { Connected } from '../../session/connect.ts';
import { renewal } from '../../session/reminders.ts';
import { failure, ok, warning, type Result } from './diagnosis.ts';

/** How long the caller's own credential lasts. */
export async function examineExpiry(connected: Connected): Promise<Result> {
  try {
    return resultOf(connected, await connected.provider.ownCredential());
  } catch (error) {
    if (!(error instanceof CliError) || connected.ctx.signal.aborted) throw error;
    const message = `how long the credential lasts cannot be found out: ${error.message}`;
    return warning('expiry', message, error.hint);
  }
}

function resultOf(connected: Connected, own: OwnCredential | null): Result {
  if (own === null) return ok('expiry', 'nobody says how long the credential lasts');
  const { expiresAt } = own;
  if (expiresAt === null) return ok('expiry', 'the credential lasts until somebody ends it');
  const now = connected.ctx.now();
  const left = Date.parse(expiresAt) - now;
  const when = `${relativeTime(Date.parse(expiresAt), now)} (${expiresAt})`;
  const hint = renewal(connected, own);
  if (left <= 0) return failure('expiry', `the credential expired ${when}`, hint);
  const message = `the credential expires ${when}`;
  return left < soonMs ? warning('expiry', message, hint) : ok('expiry', message);
}
