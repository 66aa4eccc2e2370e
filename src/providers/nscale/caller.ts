import type { Identity } from '../provider.ts';
import type { Api } from './api.ts';
import { readUserInfo } from './schema.ts';

/** Who a token is (contracts/nscale.md 1). */
export interface Caller {
  /** For a service account its id. */
  readonly subject: string;
  readonly kind: Identity['kind'];
  readonly organizations: readonly string[];
}

/** @throws HttpError when nscale does not say */
export async function readCaller(api: Api): Promise<Caller> {
  const { subject, accountType, organizations } = readUserInfo(await api.userInfo());
  return { subject, kind: kindOf(accountType), organizations };
}

function kindOf(accountType: string | null): Caller['kind'] {
  if (accountType === 'service') return 'service-account';
  return accountType === 'user' ? 'user' : 'unknown';
}
