import type { Environment } from '../../../context.ts';
import { Secret } from '../../../model/credential.ts';
import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { nameRule } from '../expand.ts';
import { objectIn, readJson } from './output.ts';
import { fixed, free, optional, programScheme, type Names } from './program-kind.ts';
import type { CheckResult, ProgramRun, Tool } from './program-target.ts';

type Name = 'path' | 'key' | 'environment';

const pathRule = nameRule('the project or group', 'use its path, e.g. acme/deploy', (name) =>
  /^\w[\w.-]*(?:\/\w[\w.-]*)*$/.test(name),
);

/** https://docs.gitlab.com/api/project_level_variables/#create-a-variable */
const keyRule = nameRule('the key', 'use up to 255 letters, digits and _', (name) => /^\w{1,255}$/.test(name));

const environmentRule = nameRule(
  'the environment',
  'use its name, or a scope such as review/*',
  (name) => name.length <= 255 && /^[\w*/${}. -]+$/.test(name),
);

/**
 * `gitlab-variable:<project or group>#<KEY>[@<environment>]`: the value of a CI/CD variable that is there. `glab variable
 * update` would also set whether it is masked and protected; a request of the API changes the value alone
 * (https://docs.gitlab.com/api/project_level_variables/#update-a-variable).
 */
export const gitlabVariableScheme = programScheme<Name>({
  program: 'glab',
  body: /^(?<path>.*)$/s,
  slot: /^(?<key>[^@]*)(?:@(?<environment>.*))?$/s,
  names: { path: fixed(pathRule), key: free(keyRule), environment: optional(environmentRule) },
  variables: (env) => ({ NO_PROMPT: '1', GITLAB_HOST: hostOf(env), GLAB_CHECK_UPDATE: 'false', NO_COLOR: '1' }),
  check: async (tool, names, env) => {
    const found = await ownerOf(tool, names, env);
    if (typeof found === 'string') return scopeProblem(tool, names, env);
    return { problem: found.problem ?? 'failed', hint: hintOf(names, found, env) };
  },
  deliver: async (tool, names, { text }, env) => {
    const found = await ownerOf(tool, names, env);
    if (typeof found !== 'string') return found;
    const flags = ['--method', 'PUT', '--header', 'Content-Type: application/json', '--input', '-', '--silent'];
    const args = [...apiArgs(env), variablePath(names, found), ...flags];
    return tool({ args, input: new Secret(JSON.stringify({ value: text.reveal(), ...scopeOf(names) })) });
  },
  // What GitLab says of a value that a variable cannot have, e.g. a masked one, is no text.
  isFinal: /map\[message:|HTTP 4(?:00|09|22)/,
});

/** The host of the variables that glab and the jobs of GitLab have. */
function hostOf(env: Environment): string {
  const given = ['GITLAB_HOST', 'GITLAB_URI', 'GL_HOST', 'CI_SERVER_HOST'].map((name) => (env[name] ?? '').trim());
  const host = given.find((text) => text !== '') ?? 'gitlab.com';
  return host.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/**
 * Without the flag, glab takes the host of the folder's repository where the variable says gitlab.com. The flag takes no port;
 * a host with one is never that of another repository.
 */
function apiArgs(env: Environment): readonly string[] {
  const host = hostOf(env);
  return ['api', ...(host.includes(':') ? [] : ['--hostname', host])];
}

type Owner = 'projects' | 'groups';

/** Whose variable it is, or why that is not known: no group has the path of a project. */
async function ownerOf(tool: Tool, names: Names<Name>, env: Environment): Promise<Owner | ProgramOutcome> {
  const project = await tool(lookUp(names, 'projects', env));
  if (project.problem === null) return 'projects';
  if (!/HTTP 404/.test(project.stderr)) return project;
  const group = await tool(lookUp(names, 'groups', env));
  return group.problem === null ? 'groups' : group;
}

function lookUp(names: Names<Name>, owner: Owner, env: Environment): ProgramRun {
  return { args: [...apiArgs(env), variablePath(names, owner), '--silent'], input: null };
}

function variablePath(names: Names<Name>, owner: Owner): string {
  const { path, key, environment } = names;
  const filter = environment === '' ? '' : `?filter%5Benvironment_scope%5D=${encodeURIComponent(environment)}`;
  return `${owner}/${encodeURIComponent(path)}/variables/${key}${filter}`;
}

/**
 * A change of a group's variable knows the filter since GitLab 16.9. Before, it would take the first of several; with its
 * scope, which is then that of another, it is refused.
 */
function scopeOf({ environment }: Names<Name>): { readonly environment_scope?: string } {
  return environment === '' ? {} : { environment_scope: environment };
}

function hintOf({ key, path }: Names<Name>, { stderr }: ProgramOutcome, env: Environment): string {
  if (/HTTP 401/.test(stderr)) return `glab auth login --hostname ${hostOf(env)}`;
  if (/HTTP 409/.test(stderr)) return `name its environment: #${key}@<environment>`;
  return `${path} must exist and have the variable ${key}, masked and protected as you want it, and glab must be signed in as one of its maintainers`;
}

/** A token that may only read can do all that was tried so far. Those that GitLab tells nothing about pass. */
async function scopeProblem(tool: Tool, { path }: Names<Name>, env: Environment): Promise<CheckResult> {
  const token = objectIn(await readJson(tool, [...apiArgs(env), 'personal_access_tokens/self']));
  const scopes = Array.isArray(token['scopes']) ? token['scopes'].map(String) : [];
  if (scopes.length === 0 || !scopes.every((scope) => narrowScope.test(scope))) return { warnings: [] };
  return {
    problem: `is signed in with a token that may not change ${path}: its scopes are ${scopes.join(', ')}`,
    hint: 'give it a token with the scope api',
  };
}

/** https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes */
const narrowScope = /^read_|_(?:repository|registry)$/;
