import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';

export const accounts = '/api/v1/service-accounts';
export const apps = '/api/v1/apps';
export const rules = '/api/v1/authorization/access-rules';

export const list = `GET ${accounts}`;
export const roles = 'GET /api/v2/authorization/roles?limit=500&offset=0';
export const clusters = 'GET /api/v1/clusters?verbosity=metadata';
export const departments = 'GET /api/v1/org-unit/departments?limit=500&offset=0';
export const projects = 'GET /api/v1/org-unit/projects?limit=500&offset=0';

/** The first page of the rules of these subjects, or of all. */
export function rulesOf(...subjects: readonly string[]): string {
  const filter = subjects.length === 0 ? '' : `&subjectIds=${subjects.join(',')}`;
  return `GET ${rules}?limit=500&offset=0${filter}`;
}

/** The first page of the rules that apply to every account. */
export const rulesForEverybody = `GET ${rules}?limit=500&offset=0&subjectType=all-authenticated-users`;

/** One account, read by its id. */
export function one(id: string): string {
  return `${list}/${id}`;
}

/** The account most tests work on: two rules, on the two projects named vision. */
export const ciVision = { id: runaiAccountIds.ciVision, name: 'ci-vision' } as const;
/** What every command that names it begins with. */
export const findCiVision = [list, rulesOf(ciVision.name, ciVision.id)] as const;
/** What is read before a new secret for it is asked for: to plan the rotation, and once more under the lock. */
export const beforeRotation = [...findCiVision, ...findCiVision] as const;
