import type { Account } from '../../model/account.ts';
import type { ConnectOptions, ProviderCredential } from '../provider.ts';
import type { Payload } from '../payload.ts';
import { createApi, type Api } from './api.ts';
import { explainForbidden } from './rules.ts';
import { toAccount, type AccessRuleRead, type ServiceAccount } from './schema.ts';
import { connectHttp } from './token.ts';

/** What every Run:ai operation works with. */
export interface Connection {
  readonly api: Api;
  /** What the caller signs in with. */
  readonly credential: ProviderCredential;
  readonly model: (payload: Payload<ServiceAccount>, rules: readonly AccessRuleRead[] | null) => Account;
}

export function connect(options: ConnectOptions): Connection {
  const { endpoint, profile, credential } = options;
  return {
    api: createApi(explainForbidden(connectHttp(options), credential), endpoint),
    credential,
    model: ({ wire, raw }, rules) => toAccount(wire, { raw, rules, profile }),
  };
}
