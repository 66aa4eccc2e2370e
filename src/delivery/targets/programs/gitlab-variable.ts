import type { Environment } from '../../../context.ts';
import { Secret } from '../../../model/credential.ts';
import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { nameRule } from '../expand.ts';
import { objectIn, readJson } from './output.ts';
import { fixed, free, optional, programScheme, type Names } from './program-kind.ts';
import type { CheckResult, ProgramRun, Tool } from './program-target.ts';

type Name = 'path' | 'key' | 'environment';

const pathRule = nameRule('the project or group', 'its path, e.g. acme/deploy, is right', (name) =>
  /^\w[\w.-]*(?:\/\w[\w.-]*)*$/.test(name),
);

/** https://docs.gitlab.com/api/project_level_variables/#create-a-variable */
const keyRule = nameRule('the key', 'up to 255 letters, digits and _ are right', (name) => /^\w{1,255}$/.test(name));

const environmentRule = nameRule(
  'the environment',
  'its name, or a scope such as review/*, is right',
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
    const host = hostOf(env);
    const { problem } = await tool({ args: ['auth', 'status', '--hostname', host], input: null });
    if (problem !== null) return { problem, hint: `glab auth login --hostname ${host}` };
    const found = await ownerOf(tool, names);
    return typeof found === 'string' ? scopeProblem(tool, names) : missing(names, found);
  },
  deliver: async (tool, names, { text }) => {
    const found = await ownerOf(tool, names);
    if (typeof found !== 'string') return found;
    const args = ['api', '--method', 'PUT', variablePath(names, found), '--header', 'Content-Type: application/json'];
    return tool({
      args: [...args, '--input', '-', '--silent'],
      input: new Secret(JSON.stringify({ value: text.reveal() })),
    });
  },
});

/** The host of the variables that glab and the jobs of GitLab have; glab would else take that of the folder's repository. */
function hostOf(env: Environment): string {
  const given = ['GITLAB_HOST', 'GL_HOST', 'CI_SERVER_HOST'].map((name) => (env[name] ?? '').trim());
  const host = given.find((text) => text !== '') ?? 'gitlab.com';
  return host.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

type Owner = 'projects' | 'groups';

/** Whose variable it is: no group has the path of a project. */
async function ownerOf(tool: Tool, names: Names<Name>): Promise<Owner | ProgramOutcome> {
  const project = await tool(lookUp(names, 'projects'));
  if (project.problem === null) return 'projects';
  if (!/404/.test(project.stderr)) return project;
  const group = await tool(lookUp(names, 'groups'));
  return group.problem === null ? 'groups' : group;
}

function lookUp(names: Names<Name>, owner: Owner): ProgramRun {
  return { args: ['api', variablePath(names, owner), '--silent'], input: null };
}

function variablePath({ path, key, environment }: Names<Name>, owner: Owner): string {
  const scope = environment === '' ? '' : `?filter%5Benvironment_scope%5D=${encodeURIComponent(environment)}`;
  return `${owner}/${encodeURIComponent(path)}/variables/${key}${scope}`;
}

function missing({ key, path }: Names<Name>, { problem }: ProgramOutcome): CheckResult {
  return {
    problem: problem ?? 'failed',
    hint: `${path} must exist and have the variable ${key}, masked and protected as you want it, and glab must be signed in as one of its maintainers`,
  };
}

/** A token that may only read can do all that was tried so far. Those that GitLab tells nothing about pass. */
async function scopeProblem(tool: Tool, { path }: Names<Name>): Promise<CheckResult> {
  const token = objectIn(await readJson(tool, ['api', 'personal_access_tokens/self']));
  const scopes = token['scopes'];
  if (!Array.isArray(scopes) || scopes.includes('api')) return { warnings: [] };
  return {
    problem: `is signed in with a token that may not change ${path}: its scopes are ${scopes.join(', ')}`,
    hint: 'give it a token with the scope api',
  };
}
