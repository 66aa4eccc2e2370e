import { CliError, ExitCode, type ErrorCode } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Identity, OwnCredential } from '../../providers/provider.ts';
import type { Connection } from '../../config/connection.ts';
import { describeSource } from '../../config/setting.ts';
import { quoted } from '../../model/text.ts';
import type { Connected } from '../../session/connect.ts';
import { failure, ok, warning, type CheckResult } from './report.ts';
import { soonMs } from '../../model/duration.ts';
import { relativeTime } from '../../output/time.ts';
import { renewal } from '../../session/reminders.ts';

/** Asks the provider who the caller is, which tries endpoint and credential. */
export async function examineAnswer(
  connected: Connected,
  { endpointSource, organization }: Pick<Connection, 'endpointSource' | 'organization'>,
): Promise<readonly CheckResult[]> {
  const { ctx, provider, connection } = connected;
  const answered = ok('endpoint', `${connection.endpoint} answers (${endpointSource})`);
  try {
    // Where a provider cannot say who the caller is, a list still shows that it takes the credential.
    const identity = provider.whoami === undefined ? null : await provider.whoami();
    if (identity === null) await provider.listAccounts();
    const works = examineIdentity(identity, connection.credentialSource);
    return [answered, works, ...(await examineOrganization(connected, organization)), await examineExpiry(connected)];
  } catch (error) {
    if (!(error instanceof CliError) || ctx.signal.aborted) throw error;
    const found = explain(error);
    if (wasRefused(error)) return [answered, found];
    return found.check === 'credential' ? [found] : [found, untried(connection.credentialSource)];
  }
}

/** The result for a credential that was not tried. */
export function untried(source: string): CheckResult {
  return ok('credential', `the credential comes from ${source}; whether it works is not known`);
}

function examineIdentity(identity: Identity | null, source: string): CheckResult {
  const who =
    identity === null || identity.kind === 'unknown' || identity.subject === null ? '' : `: it is ${identity.subject}`;
  const message = `the credential from ${source} works${who}`;
  return identity?.permissions?.length === 0
    ? warning(
        'credential',
        `${message}, but the provider lists no permissions of it`,
        'ask an administrator to grant it a role',
      )
    : ok('credential', message);
}

/** Whether the provider answered, and refused the credential. */
function wasRefused({ exitCode, status }: CliError): boolean {
  return exitCode === ExitCode.auth && status !== null;
}

const checks: Partial<Record<ErrorCode, CheckResult['check']>> = { certificate: 'ca', proxy: 'proxy' };

function explain(error: CliError): CheckResult {
  const { message, hint } = error;
  if (error instanceof HttpError && !wasRefused(error)) {
    return failure(checks[error.code] ?? 'endpoint', message, hint);
  }
  return failure('credential', message, hint);
}

/** Whether the organization that was named is one of the caller's; nothing where none was, or the provider has none. */
async function examineOrganization(
  { ctx, provider }: Connected,
  { value: named, source }: Connection['organization'],
): Promise<readonly CheckResult[]> {
  if (named === null || provider.listOrganizations === undefined) return [];
  try {
    const visible = await provider.listOrganizations();
    const found = visible.filter(({ id, name }) => id === named.toLowerCase() || name === named);
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) return [ok('organization', `it is ${only.name} (${only.id})`)];
    const what = `${describeSource(source)} ${quoted(named)}`;
    if (only !== undefined) {
      return [failure('organization', `${what} names several: ${found.map(({ id }) => id).join(', ')}`, 'name an id')];
    }
    const those = visible.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none';
    return [failure('organization', `${what} is not one of the credential's organizations: ${those}`)];
  } catch (error) {
    if (!(error instanceof CliError) || ctx.signal.aborted) throw error;
    return [warning('organization', `whether the credential belongs to it is not known: ${error.message}`)];
  }
}

/** When the caller's own credential expires. */
async function examineExpiry(connected: Connected): Promise<CheckResult> {
  try {
    return resultOf(connected, await connected.provider.ownCredential());
  } catch (error) {
    if (!(error instanceof CliError) || connected.ctx.signal.aborted) throw error;
    return warning('expiry', `when the credential expires is not known: ${error.message}`, error.hint);
  }
}

function resultOf(connected: Connected, own: OwnCredential | null): CheckResult {
  if (own === null) return ok('expiry', 'the provider does not report when the credential expires');
  const { expiresAt } = own;
  if (expiresAt === null) return ok('expiry', 'the credential does not expire');
  const now = connected.ctx.now();
  const left = Date.parse(expiresAt) - now;
  const when = `${relativeTime(Date.parse(expiresAt), now)} (${expiresAt})`;
  const hint = renewal(connected, own);
  if (left <= 0) return failure('expiry', `the credential expired ${when}`, hint);
  const message = `the credential expires ${when}`;
  return left < soonMs ? warning('expiry', message, hint) : ok('expiry', message);
}
