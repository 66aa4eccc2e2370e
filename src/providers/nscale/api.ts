import * as z from 'zod/mini';

import { readJson, type Schema, type SchemaIssue } from '../../http/json.ts';
import type { HttpClient, HttpRequest } from '../../http/client.ts';
import {
  GroupRead,
  OrganizationRead,
  RoleRead,
  ServiceAccount,
  UserInfo,
  type WithRaw,
} from './schema.ts';

/** nscale's identity API, one method per call (contracts/nscale.md 2). Organization ids are UUIDs. */
export interface Api {
  readonly organizations: () => Promise<WithRaw<OrganizationRead>[]>;
  readonly userInfo: () => Promise<z.infer<typeof UserInfo>>;
  readonly accounts: (organization: string) => Promise<WithRaw<ServiceAccount>[]>;
  readonly groups: (organization: string) => Promise<WithRaw<GroupRead>[]>;
  readonly roles: (organization: string) => Promise<WithRaw<RoleRead>[]>;
  readonly send: <Wire>(request: HttpRequest, schema: Schema<Wire>) => Promise<WithRaw<Wire>>;
  /** For answers without a useful body. */
  readonly sendOnly: (request: HttpRequest) => Promise<void>;
  /** The URL of an organization's accounts, or of one account, or of an action on it. */
  readonly accountsUrl: (organization: string, ...path: readonly string[]) => string;
}

const provider = 'nscale';

export function createApi(http: HttpClient, endpoint: string): Api {
  const root = `${endpoint}/api/v1/organizations`;
  function inOrganization(organization: string, noun: string): string {
    return `${root}/${encodeURIComponent(organization)}/${noun}`;
  }

  async function get<Wire>(url: string, purpose: string, schema: Schema<Wire>): Promise<Wire> {
    const request = { method: 'GET', url, purpose } as const;
    return readJson(await http.send(request), schema, { provider, request });
  }

  return {
    organizations: () => get(root, 'list organizations', listOf(OrganizationRead)),
    userInfo: () => get(`${endpoint}/oauth2/v2/userinfo`, 'read who the token is', UserInfo),
    accounts: (organization) =>
      get(
        inOrganization(organization, 'serviceaccounts'),
        'list service accounts',
        listOf(ServiceAccount),
      ),
    groups: (organization) =>
      get(inOrganization(organization, 'groups'), 'list groups', listOf(GroupRead)),
    roles: (organization) =>
      get(inOrganization(organization, 'roles'), 'list roles', listOf(RoleRead)),
    send: async (request, schema) =>
      readJson(await http.send(request), withRaw(schema), { provider, request }),
    sendOnly: async (request) => {
      await http.send(request);
    },
    accountsUrl: (organization, ...path) =>
      [inOrganization(organization, 'serviceaccounts'), ...path.map(encodeURIComponent)].join('/'),
  };
}

function withRaw<Wire>(schema: Schema<Wire>): Schema<WithRaw<Wire>> {
  return {
    safeParse: (value) => {
      const parsed = schema.safeParse(value);
      return parsed.success
        ? { success: true, data: { wire: parsed.data, raw: value } }
        : { success: false, error: parsed.error };
    },
  };
}

const List = z.array(z.unknown());

function listOf<Wire>(schema: Schema<Wire>): Schema<WithRaw<Wire>[]> {
  return {
    safeParse: (value) => {
      const list = List.safeParse(value);
      if (!list.success) return { success: false, error: list.error };
      const items: WithRaw<Wire>[] = [];
      for (const [index, raw] of list.data.entries()) {
        const item = schema.safeParse(raw);
        if (!item.success) return { success: false, error: at(index, item.error) };
        items.push({ wire: item.data, raw });
      }
      return { success: true, data: items };
    },
  };
}

function at(
  index: number,
  { issues }: { issues: readonly SchemaIssue[] },
): {
  issues: readonly SchemaIssue[];
} {
  return { issues: issues.map(({ path }) => ({ path: [index, ...path] })) };
}
