import type { HttpClient } from '../../http/client.ts';
import { HttpError } from '../../http/error.ts';
import type { Schema } from '../../http/body.ts';
import {
  badAnswer,
  readableItems,
  jsonRequests,
  payload,
  type Items,
  type JsonRequests,
  type Payload,
} from '../answers.ts';
import { readRoles, ruleReads, type Read, type RuleReads } from './pages.ts';
import { isAbsent, ofList, orMissing } from './problem.ts';
import { accountReading, clusterReading, ServiceAccount, type Cluster, type RoleRead } from './schema.ts';

/** Where this control plane keeps service accounts: `apps` before 2.24 (docs/contracts/runai.md 12). */
export type Era = 'service-accounts' | 'apps';

/** Run:ai's API as far as it is used, with the differences between its versions (docs/contracts/runai.md 1). */
export interface Api extends Pick<JsonRequests, 'send' | 'sendOnly'>, RuleReads {
  readonly accounts: () => Promise<Items<ServiceAccount>>;
  /** One account, also of those that the list has no room for; null where Run:ai says that there is none of this id. */
  readonly account: (id: string) => Promise<Payload<ServiceAccount> | null>;
  /** The URL of the accounts, of one of them, or of something below it. */
  readonly accountUrl: (...path: readonly string[]) => Promise<string>;
  readonly era: () => Promise<Era>;
  /** The clusters in all versions; `/clusters/minimal` is not in all of them (docs/contracts/runai.md 15.29). */
  readonly clusters: () => Promise<Items<Cluster>>;
  readonly roles: () => Promise<Items<RoleRead>>;
  readonly read: Read;
  readonly url: (path: string) => string;
}

export const clustersPath = '/api/v1/clusters';

export function createApi(http: HttpClient, endpoint: string): Api {
  const { get, send, sendOnly } = jsonRequests(http, 'runai');
  let known: Promise<Era> | null = null;

  function url(path: string): string {
    return `${endpoint}${path}`;
  }

  function read<Wire>(path: string, purpose: string, schema: Schema<Wire>): Promise<Wire> {
    return get(url(path), purpose, schema);
  }

  async function listAccounts(): Promise<Items<ServiceAccount>> {
    const purpose = 'list service accounts';
    const path = await (known ?? Promise.resolve('service-accounts' as const));
    try {
      const list = await read(`/api/v1/${path}`, purpose, readableItems(accountReading));
      known = Promise.resolve(path);
      return list;
    } catch (error) {
      if (known !== null || !(error instanceof HttpError) || !isAbsent(error)) throw error;
      const list = await read('/api/v1/apps', purpose, readableItems(accountReading));
      known = Promise.resolve('apps');
      return list;
    }
  }

  async function era(): Promise<Era> {
    if (known === null) await ofList(listAccounts());
    return (await known) ?? 'service-accounts';
  }

  async function accountUrl(...path: readonly string[]): Promise<string> {
    return [url(`/api/v1/${await era()}`), ...path.map(encodeURIComponent)].join('/');
  }

  async function readAccount(id: string): Promise<Payload<ServiceAccount> | null> {
    const purpose = `read service account ${id}`;
    const found = await orMissing(get(await accountUrl(id), purpose, payload(ServiceAccount)));
    if (found === null || found.wire.id === id) return found;
    throw badAnswer('runai', `cannot ${purpose}: Run:ai answered with another account`);
  }

  return {
    url,
    read,
    era,
    accounts: () => ofList(listAccounts()),
    account: readAccount,
    accountUrl,
    clusters: () => ofList(read(`${clustersPath}?verbosity=metadata`, 'list clusters', readableItems(clusterReading))),
    roles: () => ofList(readRoles(read)),
    ...ruleReads(read),
    send,
    sendOnly,
  };
}
