import type { Payload } from '../payload.ts';
import { AuthError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import type { ConnectOptions } from '../provider.ts';
import { createApi, type Api } from './api.ts';
import { readCaller, type Caller } from './caller.ts';
import { toAccount, toOrganization, type ServiceAccount } from './schema.ts';

/** What every nscale operation works with. */
export interface Connection {
  readonly api: Api;
  /** The organization the user named or, where the token sees just one, that one; asked for once. */
  readonly organization: () => Promise<string>;
  readonly accounts: () => Promise<Payload<ServiceAccount>[]>;
  /** When accounts were listed last, and what they showed; null before the first time. */
  readonly lastListing: () => Listing | null;
  readonly model: (payload: Payload<ServiceAccount>) => Account;
  /** Who the token is; null when nscale does not say. Asked for once. */
  readonly caller: () => Promise<Caller | null>;
  readonly profile: string | null;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface Listing {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When the last of their tokens ends, in milliseconds since the epoch. */
  readonly latestExpiry: number;
}

export function connect(options: ConnectOptions): Connection {
  const { credential } = options;
  const token = once(() => credential.read());
  const http = options.createHttp({
    source: credential.source,
    header: async () => `Bearer ${(await token()).reveal()}`,
  });
  const api = createApi(http, options.endpoint);
  const organization = once(() => findOrganization(api, options));
  let listing: Listing | null = null;
  return {
    api,
    organization,
    accounts: async () => {
      const accounts = await api.accounts(await organization());
      const expiries = accounts.map(({ wire }) => Date.parse(wire.status.expiry ?? ''));
      const latestExpiry = expiries.reduce((late, end) => (end > late ? end : late), 0);
      listing = { at: options.now(), latestExpiry };
      return accounts;
    },
    lastListing: () => listing,
    model: (payload) => toAccount(payload, { now: options.now(), profile: options.profile }),
    caller: once(() => readCaller(api).catch(() => null)),
    profile: options.profile,
    now: options.now,
    sleep: options.sleep,
  };
}

async function findOrganization(api: Api, options: ConnectOptions): Promise<string> {
  if (options.organization !== null) return options.organization;
  const visible = (await api.organizations()).map(toOrganization);
  const [only, ...others] = visible;
  if (only === undefined) {
    throw new AuthError('forbidden', 'this nscale token belongs to no organization', {
      provider: 'nscale',
      hint: 'name one with --org <id>',
    });
  }
  return others.length === 0 ? only.id : options.chooseOrganization(visible);
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}
