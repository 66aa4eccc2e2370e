import { Refusal, type Emulator, type EmulatorOptions } from '../../src/sandbox/emulator.ts';
import { createNscaleEmulator, nscaleService } from '../../src/sandbox/nscale/app.ts';
import type { NscaleRole, NscaleState } from '../../src/sandbox/nscale/state.ts';

/** nscale as it was, will be or may be; without options it is the sandbox's. */
export interface NscaleVariant extends EmulatorOptions<NscaleState> {
  /**
   * `v1.19`, the default, answers create and update with the groups from before and ignores unknown groups; `v1.20` answers
   * with the true groups, and refuses unknown ones and those with a role that nobody may grant (docs/contracts/nscale.md 4).
   */
  readonly behaviour?: 'v1.19' | 'v1.20';
  /** How many lists of accounts after a write still show the state before it. Default 0. */
  readonly listLag?: number;
}

export function createNscaleVariant({ behaviour = 'v1.19', listLag = 0, ...options }: NscaleVariant): Emulator {
  const emulator = createNscaleEmulator(options);
  const strict = behaviour === 'v1.20' ? withStrictGroups(emulator, options) : emulator;
  return listLag === 0 ? strict : withLag(strict, options, listLag);
}

const collection = /^\/api\/v1\/organizations\/([^/]+)\/serviceaccounts$/;

/** Tries every write on a copy of the state first, so that nothing else that is wrong with it is overlooked. */
function withStrictGroups(emulator: Emulator, { state, now }: EmulatorOptions<NscaleState>): Emulator {
  return {
    fetch: async (request) => {
      const copy = createNscaleEmulator({ state: structuredClone(state), now });
      const wanted = await wantedGroups(request);
      if (wanted === null || !(await copy.fetch(request.clone())).ok) return emulator.fetch(request);
      const unknown = wanted.find((id) => !state.groups.some((group) => group.id === id && isOf(request, group)));
      if (unknown !== undefined) return refusal(request, 400, `group ${unknown} does not exist in this organization`);
      const forbidden = forbiddenRole(request, wanted, state);
      if (forbidden !== null) {
        const why = `role "${forbidden.name}" (${forbidden.id}) is not grantable by the caller`;
        return refusal(request, 403, `members cannot be added to the group: ${why}`);
      }
      const answer = (await (await emulator.fetch(request)).json()) as { readonly metadata: { readonly id: string } };
      const groupIDs = state.groups
        .filter(({ accountIds }) => accountIds.includes(answer.metadata.id))
        .map(({ id }) => id);
      const status = request.method === 'POST' ? 201 : 200;
      return Response.json({ ...answer, spec: { groupIDs } }, { status, headers: nscaleService.headers });
    },
  };
}

/** The groups of a create or update; null for anything else. */
async function wantedGroups(request: Request): Promise<readonly string[] | null> {
  const { pathname } = new URL(request.url);
  if (request.method !== 'PUT' && !(request.method === 'POST' && collection.test(pathname))) return null;
  const text = await request.clone().text();
  try {
    return (JSON.parse(text) as { readonly spec: { readonly groupIDs: readonly string[] } }).spec.groupIDs;
  } catch {
    return null;
  }
}

function isOf({ url }: Request, { organizationId }: { readonly organizationId: string }): boolean {
  return new URL(url).pathname.includes(organizationId);
}

/** The first role that the account would get, and that cannot be granted; null when there is none. */
function forbiddenRole({ url }: Request, wanted: readonly string[], { groups, roles }: NscaleState): NscaleRole | null {
  const { pathname } = new URL(url);
  const joined = groups.filter(
    ({ id, accountIds }) => wanted.includes(id) && !accountIds.some((account) => pathname.endsWith(account)),
  );
  const given = new Set(joined.flatMap(({ roleIds }) => roleIds));
  return roles.find(({ id, grantable }) => given.has(id) && !grantable) ?? null;
}

function refusal({ url }: Request, status: 400 | 403, message: string): Response {
  const { body } = nscaleService.problem(new Refusal(status, message), message, new URL(url));
  return Response.json(body, { status, headers: nscaleService.headers });
}

/** After a write, some lists of its organization are those of the state before; tokens are judged by the state of now. */
function withLag(emulator: Emulator, { state, now }: EmulatorOptions<NscaleState>, lag: number): Emulator {
  let stale: { readonly before: NscaleState; readonly request: Request; left: number } | null = null;
  async function write(request: Request): Promise<Response> {
    const before = structuredClone(state);
    const response = await emulator.fetch(request);
    if (response.ok) stale = { before, request, left: lag };
    return response;
  }
  return {
    fetch: async (request) => {
      if (request.method !== 'GET') return write(request);
      const organizationId = collection.exec(new URL(request.url).pathname)?.[1];
      const response = await emulator.fetch(request.clone());
      if (!response.ok || stale === null || stale.left === 0 || organizationId === undefined) return response;
      if (!isOf(stale.request, { organizationId })) return response;
      stale.left -= 1;
      for (const account of stale.before.accounts) {
        account.tokenHash = state.accounts.find(({ id }) => id === account.id)?.tokenHash ?? account.tokenHash;
      }
      return createNscaleEmulator({ state: stale.before, now }).fetch(request);
    },
  };
}
