import type { Column } from '../output/columns.ts';
import type { Scope } from '../providers/access-rules.ts';
import type { Group, Organization, Role } from '../providers/provider.ts';
import { found } from '../session/check.ts';
import type { NamedRow } from '../session/list.ts';
import type { Session } from '../session/session.ts';
import { verb, type Verb, type VerbHelp } from './verb.ts';

const name: Column<NamedRow> = { name: 'name', value: (row) => row.name };
const description: Column<NamedRow> = { name: 'description', value: (row) => row.description, shrink: 4 };
/** `--group` and the like take a name, too, where only one has it. */
const id: Column<NamedRow> = { name: 'id', value: (row) => row.id, spare: 1, tells: (row) => row.name };

export const listGroups = listVerb<Group>({
  summary: 'List groups',
  description: 'Lists the groups an account can join: what --group accepts, by id or by name.',
  honours: ['connection', 'organization', 'output', 'raw'],
  prints: ['group[]'],
  needs: 'listGroups',
  examples: ['sactl groups list', "sactl groups list -q '.[] | [.id, .name] | @tsv'"],
  what: 'groups',
  read: async (session) => {
    const list = session.verb('listGroups', 'list groups');
    const { readableRoles } = await import('../session/list.ts');
    const [rows, roles] = await Promise.all([list(), readableRoles(session)]);
    return {
      rows,
      columns: [
        name,
        { name: 'roles', value: (group) => group.roles.map((role) => roles.get(role)?.name ?? role), shrink: 3 },
        { name: 'accounts', value: ({ accounts }) => accounts },
        description,
        id,
      ],
    };
  },
});

export const listRoles = listVerb<Role>({
  summary: 'List roles',
  description: 'Lists the roles that groups carry or access rules grant, and whether you may grant them.',
  honours: ['connection', 'organization', 'output', 'raw'],
  prints: ['role[]'],
  needs: 'listRoles',
  examples: ['sactl roles list', "sactl roles list -q '.[] | select(.grantable) | .name'"],
  what: 'roles',
  read: async (session) => ({
    ...(await session.verb('listRoles', 'list roles')()),
    columns: [name, description, { name: 'grantable', value: ({ grantable }) => grantable }, id],
  }),
});

export const listScopes = listVerb<Scope>({
  summary: 'List scopes',
  description: 'Lists the tenant, clusters, departments and projects: what --scope accepts, as <type>:<name or id>.',
  honours: ['connection', 'output', 'raw'],
  prints: ['scope[]'],
  needs: 'accessRules',
  examples: [
    'sactl scopes list --provider runai',
    'sactl scopes list --provider runai -q \'.[] | select(.type == "project") | .path\'',
  ],
  what: 'scopes',
  read: async (session) => {
    return {
      ...(await session.verb('accessRules', 'list scopes').listScopes()),
      columns: [
        { name: 'type', value: ({ type }) => type },
        name,
        { name: 'path', value: ({ path }) => path, shrink: 2 },
        { ...id, tells: ({ type, name: own }) => `${type}:${own}` },
      ],
    };
  },
});

export const listOrganizations = listVerb<Organization>({
  summary: 'List organizations',
  description: 'Lists the organizations the credential can see: what --org accepts.',
  honours: ['connection', 'output', 'raw'],
  prints: ['organization[]'],
  needs: 'listOrganizations',
  examples: ['sactl orgs list', "sactl orgs list -q '.[].id'"],
  what: 'organizations',
  read: async (session) => ({
    rows: await session.verb('listOrganizations', 'list organizations')(),
    columns: [name, description, id],
  }),
});

/** The only verb of a noun; `what` is as in "no groups". */
function listVerb<Row extends NamedRow>({
  what,
  read,
  ...help
}: VerbHelp & {
  readonly what: string;
  readonly read: (
    session: Session,
  ) => Promise<{ rows: readonly Row[]; columns: readonly Column<Row>[]; warnings?: readonly string[] }>;
}): Verb {
  return verb({
    ...help,
    run: async ({ open }) => {
      const { printList } = await import('../session/list.ts');
      const { session } = await open(() => found());
      return printList(session, { ...(await read(session)), what });
    },
  });
}
