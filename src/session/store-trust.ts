import type { SecureContext } from 'node:tls';

import { readCaFlag } from '../config/connection.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { createTrust, readCertificates } from '../http/certificates.ts';
import { namedCaFiles } from '../http/transport.ts';
import type { CommonFlags } from './flags.ts';

/** What a state store's server is trusted by; null where no CA is named. @throws UsageError for files that cannot be used */
export async function readStoreTrust(ctx: Context, common: CommonFlags): Promise<SecureContext | null> {
  const caFile = common.caCert === undefined ? null : readCaFlag(ctx, common.caCert);
  const files = namedCaFiles({ ...ctx, caFile }, new URL('https://store.invalid'));
  if (files.length === 0) return null;
  const bundles = await Promise.all(files.map(readCertificates));
  const problems = bundles.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw new UsageError(problems);
  return createTrust(bundles.flatMap(({ certificates }) => certificates ?? []));
}
