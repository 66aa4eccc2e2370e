import { AuthError, ConflictError, NotFoundError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import { quoted, safeText } from '../../model/text.ts';
import type { ConnectOptions, Organization } from '../provider.ts';
import type { Api } from './api.ts';
import { isUuid } from '../lookup.ts';
import { organizationsOf, toOrganization } from './schema.ts';

/**
 * The organization that the user named by id or name or, where the token sees just one, of that one. Ids are
 * taken in any case, and sent in lower case: nscale compares them as text (docs/contracts/nscale.md 9.28).
 * @throws AuthError where the token sees none; NotFoundError or ConflictError for a name that none or several have
 */
export async function findOrganization(
  api: Pick<Api, 'organizations'>,
  { organization: named, chooseOrganization }: Pick<ConnectOptions, 'organization' | 'chooseOrganization'>,
): Promise<Membership> {
  if (named !== null && isUuid(named)) return { id: named.toLowerCase(), name: null };
  const visible = (await api.organizations()).items.map(toOrganization);
  if (visible.length === 0) {
    throw new AuthError('forbidden', 'this nscale token belongs to no organization', {
      provider: 'nscale',
      hint: 'name one with --org <id>',
    });
  }
  if (named !== null) return organizationNamed(named, visible);
  const [only, ...others] = visible;
  if (only !== undefined && others.length === 0) return only;
  const id = await chooseOrganization(visible);
  return { id, name: visible.find((one) => one.id === id)?.name ?? null };
}

function organizationNamed(name: string, visible: readonly Organization[]): Organization {
  const found = visible.filter((organization) => organization.name === name);
  const [only, ...others] = found;
  if (only === undefined) {
    const message = `no nscale organization is named ${quoted(name)}: this credential sees ${told(visible)}`;
    throw new NotFoundError(message, { provider: 'nscale' });
  }
  if (others.length === 0) return only;
  const ids = found.map(({ id }) => id).join(', ');
  throw new ConflictError('ambiguous', `${found.length} nscale organizations are named ${quoted(name)}: ${ids}`, {
    provider: 'nscale',
    hint: 'name one of them by its id: --org <id>',
  });
}

/** An organization as far as it is known. */
export type Membership = Pick<Organization, 'id'> & { readonly name: string | null };

/** An organization by its name and id, as far as its name is known, e.g. `acme-research (d460…)`. */
export function organizationText(
  { organizationName }: { readonly organizationName: () => string | null },
  id: string,
): string {
  const name = organizationName();
  return name === null ? id : `${safeText(name, 100)} (${id})`;
}

/** e.g. `d460… (acme-research), ee45… (acme-finance)` */
function told(organizations: readonly Membership[]): string {
  return organizations.map(({ id, name }) => (name === null ? id : `${id} (${name})`)).join(', ');
}

/**
 * What the failure of a request in an organization that the user named means: to a person, nscale answers 500 in any other
 * than their own, and for a service account it refuses or ends the connection (docs/contracts/nscale.md 9.27). Where the
 * organizations cannot be read, the failure stays what it is, with the possible cause.
 */
export async function explainFailure(api: Api, organization: string, error: unknown): Promise<unknown> {
  if (!mayBeForeign(error)) return error;
  const own = await memberships(api);
  if (own === null) {
    // Where nothing is answered at all, it is not the organization.
    if (error.code === 'connection_lost') return error;
    const hint = 'nscale also answers so where the organization is not one of yours: "sactl orgs list" shows them';
    return error.hint === null ? error.with({ hint }) : error;
  }
  if (own.some(({ id }) => id.toLowerCase() === organization)) return error;
  const those = own.length === 0 ? 'of none' : `of ${told(own)}`;
  const message = `this credential is not a member of nscale organization ${organization}; it is a member ${those}`;
  const { status, traceId } = error;
  const hint = own.length === 0 ? null : 'name one of these with --org <id>';
  return new AuthError('forbidden', message, { provider: 'nscale', status, traceId, hint, cause: error });
}

function mayBeForeign(error: unknown): error is HttpError {
  if (!(error instanceof HttpError)) return false;
  const { verdict, code, problem } = error;
  const isElsewhere = verdict === 403 && problem?.message.includes("not in this principal's accessible set") === true;
  return verdict === 500 || code === 'connection_lost' || isElsewhere;
}

/** The organizations of the caller; null where they cannot be read. */
async function memberships(api: Api): Promise<readonly Membership[] | null> {
  const listed = await orNull(api.organizations());
  if (listed?.unreadable.length === 0) return listed.items.map(toOrganization);
  const claims = await orNull(api.userInfo());
  return claims === null ? null : (organizationsOf(claims)?.map((id) => ({ id, name: null })) ?? null);
}

async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HttpError) return null;
    throw error;
  }
}
