import { bearer, type Payload, type Readable } from '../answers.ts';
import { wholeSeconds, type Account } from '../../model/account.ts';
import type { ConnectOptions } from '../provider.ts';
import { createApi, type Api } from './api.ts';
import { explainFailure, findOrganization } from './organization.ts';
import { toAccount, toCaller, type Caller, type ServiceAccount } from './schema.ts';

/** What every nscale operation works with. */
export interface Connection extends Pick<ConnectOptions, 'profile' | 'now' | 'sleep'> {
  readonly api: Api;
  /** The organization the user named or, where the token sees just one, that one; asked for once. */
  readonly organization: () => Promise<string>;
  /** Its name, as far as nscale has said it. */
  readonly organizationName: () => string | null;
  /** Reads something of that organization. @throws AuthError where the caller is not a member of it */
  readonly read: <Value>(reading: (organization: string) => Promise<Value>) => Promise<Value>;
  /** What `keep` makes of each account that the caller can see. */
  readonly accounts: <Item>(keep: (account: Payload<ServiceAccount>) => Item) => Promise<Readable<Item>>;
  /** The same, which is no listing. */
  readonly look: Connection['accounts'];
  /** When accounts were listed, and what they showed: the first time and the last; none before the first. */
  readonly listings: () => readonly Listing[];
  readonly model: (payload: Payload<ServiceAccount>) => Account;
  /** Who the token is, asked for once. @throws HttpError when nscale does not say */
  readonly identity: () => Promise<Caller>;
  /** The same; null when nscale does not say. */
  readonly caller: () => Promise<Caller | null>;
  /** Who the token is as far as nscale has said it; null once the token is replaced. */
  readonly knownCaller: () => Caller | null;
  /** To be called before the caller's own token is replaced. */
  readonly forgetCaller: () => void;
}

export interface Listing {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When the token of the account with this id ends, in ISO 8601; null where it was not listed, or shows none. */
  readonly expiryOf: (id: string) => string | null;
  /** When the last of their tokens ends, in milliseconds since the epoch. */
  readonly latestExpiry: () => number;
}

export function connect(options: ConnectOptions): Connection {
  const { credential } = options;
  const token = once(() => credential.read());
  const api = createApi(options.createHttp(bearer(credential.source, token)), options.endpoint);
  let name: string | null = null;
  const organization = once(async () => {
    const found = await findOrganization(api, options);
    ({ name } = found);
    return found.id;
  });
  async function read<Value>(reading: (id: string) => Promise<Value>): Promise<Value> {
    const id = await organization();
    try {
      return await reading(id);
    } catch (error) {
      throw options.organization === null ? error : await explainFailure(api, id, error);
    }
  }
  function look<Item>(keep: (account: Payload<ServiceAccount>) => Item): Promise<Readable<Item>> {
    return read((id) => api.accounts(id, keep));
  }
  let listings: readonly Listing[] = [];
  let known: Caller | null = null;
  const identity = once(async () => (known = toCaller(await api.userInfo())));
  return {
    api,
    organization,
    organizationName: () => name,
    read,
    accounts: async (keep) => {
      // No map of times: few are asked for, and there may be many.
      const ids: string[] = [];
      const expiries: Expiry[] = [];
      const accounts = await look((account) => {
        ids.push(account.wire.metadata.id);
        expiries.push(account.wire.status.expiry);
        return keep(account);
      });
      const listing: Listing = {
        at: options.now(),
        expiryOf: (id) => wholeSeconds(expiries[ids.lastIndexOf(id)]),
        latestExpiry: () => latestOf(expiries),
      };
      listings = [...listings.slice(0, 1), listing];
      return accounts;
    },
    look,
    listings: () => listings,
    model: (payload) => toAccount(payload, { now: options.now(), profile: options.profile }),
    identity,
    caller: () => identity().catch(() => null),
    knownCaller: () => known,
    forgetCaller: () => {
      known = null;
    },
    profile: options.profile,
    now: options.now,
    sleep: options.sleep,
  };
}

type Expiry = ServiceAccount['status']['expiry'];

function latestOf(expiries: readonly Expiry[]): number {
  let latest = 0;
  for (const expiry of expiries) {
    const end = Date.parse(wholeSeconds(expiry) ?? '');
    if (end > latest) latest = end;
  }
  return latest;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}
