import type { Environment } from '../../../context.ts';
import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { nameRule } from '../expand.ts';
import { free, optional, passAll, programScheme, valueThere, type Names } from './program-kind.ts';
import type { Tool } from './program-target.ts';

type Name = 'app' | 'org' | 'repository' | 'environment' | 'slot';

const repositoryRule = nameRule('the repository', 'use owner/repo', (name) =>
  /^[A-Za-z0-9][\w-]*\/(?!\.{1,2}$)[\w.-]+$/.test(name),
);

const organizationRule = nameRule('the organization', 'use letters, digits and -', (name) =>
  /^[A-Za-z0-9][\w-]*$/.test(name),
);

/** gh puts the name into an address as it is (https://github.com/cli/cli/issues/8817). */
const environmentRule = nameRule(
  'the environment',
  'use 1 to 255 characters, without control characters; gh accepts no /, ? or %',
  (name) => name.length <= 255 && !/[/?%\p{Cc}]/u.test(name),
);

/** https://docs.github.com/en/actions/reference/security/secrets */
const secretRule = nameRule(
  'the name of the secret',
  'use letters, digits and _, without a digit or GITHUB_ at the start',
  (name) => /^[A-Z_]\w*$/i.test(name) && !/^GITHUB_/i.test(name),
);

/**
 * `gh-secret:<owner/repo>[@env]#<NAME>`: a secret of GitHub, set by the GitHub CLI; with `org/<org>` in place of the
 * repository one of an organization, and with `dependabot/` or `codespaces/` before either one of theirs.
 */
export const ghSecretScheme = programScheme<Name>({
  program: 'gh',
  body: /^(?:(?<app>dependabot|codespaces)\/(?=[^/@]*\/))?(?:org\/(?<org>.*)|(?<repository>(?<=\/).*|[^@]*)(?:@(?<environment>.*))?)$/s,
  names: {
    app: optional(nameRule('the kind of secret', 'dependabot or codespaces', () => true)),
    org: optional(organizationRule),
    repository: optional(repositoryRule),
    environment: optional(environmentRule),
    slot: free(secretRule),
  },
  slotOf: (slot) => slot.toUpperCase(),
  variables: (env) => ({ GH_HOST: hostOf(env), GH_PROMPT_DISABLED: '1', NO_COLOR: '1' }),
  check: (tool, names, env) => passAll(tool, checksOf(names, hostOf(env))),
  deliver: async (tool, names, { text }) => {
    const where = names.org === '' ? { flags: ['--repo', names.repository] } : await organizationFlags(tool, names);
    if ('failure' in where) return where.failure;
    const app = names.app === '' ? [] : ['--app', names.app];
    const environment = names.environment === '' ? [] : ['--env', names.environment];
    return tool({ args: ['secret', 'set', names.slot, ...where.flags, ...app, ...environment], input: text });
  },
  stored: (names) => ({
    run: { args: ['api', secretPath(names), '--jq', '.updated_at'], input: null },
    absence: /HTTP 404/,
    read: (stdout) => valueThere({ updatedAt: stdout }),
  }),
  isFinal: /gh auth login|GH_TOKEN environment variable/,
});

/** Without `GH_HOST`, gh would take another host where that is the only one it is signed in to. */
function hostOf(env: Environment): string {
  const host = (env['GH_HOST'] ?? '').trim();
  return host === '' ? 'github.com' : host;
}

/** Where the API has the secrets: https://docs.github.com/en/rest/actions/secrets, and the same for the two others. */
function secretsPath({ app, org, repository, environment }: Names<Name>): string {
  const kind = app === '' ? 'actions' : app;
  if (org !== '') return `orgs/${org}/${kind}/secrets`;
  return `repos/${repository}/${environment === '' ? kind : `environments/${encodeURIComponent(environment)}`}/secrets`;
}

function secretPath(names: Names<Name>): string {
  return `${secretsPath(names)}/${names.slot}`;
}

/**
 * The public key is what gh encrypts the secret with. Who can read it may still lack the right to set secrets. `gh auth
 * status` is not asked: it also fails where another account of gh, which is not in use, cannot sign in any more.
 */
function checksOf(names: Names<Name>, host: string): Parameters<typeof passAll>[1] {
  const what = names.org === '' ? 'the repository' : 'the organization';
  const place = names.environment === '' ? what : `the environment of ${what}`;
  const signIn = host === 'github.com' ? 'gh auth login' : `gh auth login --hostname ${host}`;
  return [
    {
      args: ['api', `${secretsPath(names)}/public-key`, '--silent'],
      input: null,
      hint: `${place} must exist, and the account that gh is signed in with (${signIn}) must be allowed to set its secrets`,
    },
  ];
}

/**
 * An organization's secret is for some of its repositories, and stays so. gh sets that anew with each value: without being
 * told, to the private ones (https://cli.github.com/manual/gh_secret_set).
 */
async function organizationFlags(
  tool: Tool,
  names: Names<Name>,
): Promise<{ readonly flags: readonly string[] } | { readonly failure: ProgramOutcome }> {
  const flags = ['--org', names.org];
  const found = await tool({ args: ['api', secretPath(names), '--jq', '.visibility'], input: null, keepsStdout: 1024 });
  if (found.problem !== null) return isMissing(found) ? { flags } : { failure: found };
  const visibility = ['--visibility', found.stdout.trim()];
  if (visibility[1] !== 'selected') return { flags: [...flags, ...visibility] };
  const args = ['api', '--paginate', `${secretPath(names)}/repositories`, '--jq', '.repositories[].name'];
  const listed = await tool({ args, input: null, keepsStdout: 1024 * 1024 });
  if (listed.problem !== null) return { failure: listed };
  const repositories = listed.stdout
    .trim()
    .split(/\s+/)
    .filter((name) => name !== '');
  if (repositories.length === 0) return { flags: [...flags, '--no-repos-selected'] };
  return { flags: [...flags, ...visibility, '--repos', repositories.join(',')] };
}

function isMissing({ stderr }: ProgramOutcome): boolean {
  return /HTTP 404/.test(stderr);
}
