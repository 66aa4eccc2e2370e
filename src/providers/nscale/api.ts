import * as z from 'zod/mini';

import type { ProviderProblem } from '../../http/error.ts';
import {
  bearer,
  jsonRequests,
  readableItems,
  verificationOf,
  type Items,
  type JsonRequests,
  type Payload,
  type Readable,
} from '../answers.ts';
import type { HttpClient } from '../../http/client.ts';
import {
  accountReading,
  groupReading,
  organizationReading,
  roleReading,
  UserInfo,
  type GroupRead,
  type OrganizationRead,
  type RoleRead,
  type ServiceAccount,
} from './schema.ts';
import type { Verification, VerificationOptions } from '../provider.ts';

/** nscale's identity API, one method per call (docs/contracts/nscale.md 2). Organization ids are UUIDs. */
export interface Api extends Pick<JsonRequests, 'send' | 'sendOnly'> {
  readonly organizations: () => Promise<Items<OrganizationRead>>;
  readonly userInfo: () => Promise<z.infer<typeof UserInfo>>;
  /** What `keep` makes of each account, which may be many. */
  readonly accounts: <Item>(
    organization: string,
    keep: (account: Payload<ServiceAccount>) => Item,
  ) => Promise<Readable<Item>>;
  readonly groups: (organization: string) => Promise<Items<GroupRead>>;
  readonly roles: (organization: string) => Promise<Items<RoleRead>>;
  /** The URL of an organization's accounts, or of one account, or of an action on it. */
  readonly accountsUrl: (organization: string, ...path: readonly string[]) => string;
}

export function createApi(http: HttpClient, endpoint: string): Api {
  const root = `${endpoint}/api/v1/organizations`;
  const { get, list, send, sendOnly } = jsonRequests(http, 'nscale');
  function inOrganization(organization: string, noun: string): string {
    return `${root}/${encodeURIComponent(organization)}/${noun}`;
  }

  return {
    organizations: () => get(root, 'list organizations', readableItems(organizationReading)),
    userInfo: () => get(`${endpoint}/oauth2/v2/userinfo`, 'read who the token is', UserInfo),
    accounts: (organization, keep) => {
      const url = inOrganization(organization, 'serviceaccounts');
      return list({ url, purpose: 'list service accounts', reading: accountReading }, keep);
    },
    groups: (organization) => get(inOrganization(organization, 'groups'), 'list groups', readableItems(groupReading)),
    roles: (organization) => get(inOrganization(organization, 'roles'), 'list roles', readableItems(roleReading)),
    send,
    sendOnly,
    accountsUrl: (organization, ...path) =>
      [inOrganization(organization, 'serviceaccounts'), ...path.map(encodeURIComponent)].join('/'),
  };
}

/** Lists the organizations, which every token may do (docs/contracts/nscale.md 4). */
export async function verifyCredential(options: VerificationOptions): Promise<Verification> {
  const { createHttp, credential, endpoint } = options;
  const http = createHttp(bearer('the answer', () => Promise.resolve(credential.value)));
  return verificationOf(createApi(http, endpoint).organizations(), [401]);
}

/** Many gateways say `{"error": "Forbidden"}`; nscale's own errors have a code and a description. */
const ErrorBody = z.object({
  error: z.string().check(z.regex(/^[a-z][a-z_]*$/)),
  error_description: z.string(),
  trace_id: z.optional(z.string()),
});

/** The same, and nothing that could be anything else. */
const ErrorAlone = z.strictObject({
  error: z.string(),
  error_description: z.string(),
  trace_id: z.optional(z.string().check(z.regex(/^[0-9a-f]{32}$/))),
});

/** nscale's error body (docs/contracts/nscale.md 5), or null when the body is not one. */
export function readProblem(status: number, body: unknown): ProviderProblem | null {
  const parsed = ErrorBody.safeParse(body);
  if (!parsed.success) return null;
  const { error, error_description: description, trace_id: traceId } = parsed.data;
  const problem = { code: error, message: wording(status, error, description), traceId: traceId ?? null };
  return ErrorAlone.safeParse(body).success ? { ...problem, isAll: true } : problem;
}

/** nscale says "already exists" for every conflict (docs/contracts/nscale.md 9.5), and one text for every bad token. */
function wording(status: number, code: string, description: string): string {
  if (status === 409 && code === 'conflict') return 'another change was made at the same time';
  if (status === 401 && description === 'token validation failed') {
    return 'the token is not accepted (expired, rotated, deleted, or issued by another deployment)';
  }
  // The one text that says more (docs/contracts/nscale.md 9.12).
  if (status === 401 && description === 'unrecognized bearer token format') {
    return 'this is not an nscale token, or only a part of one (unrecognized bearer token format)';
  }
  return description;
}
