import type { Environment } from '../../../context.ts';
import { expandName, fixedNameProblems, nameProblems, nameRule } from '../expand.ts';
import { programTarget, type ProgramCheck } from './program-target.ts';
import type { Scheme, TargetSpec } from '../scheme.ts';
import type { TargetEnvironment } from '../target.ts';

/** `gh-secret:<owner/repo>[@env]#<NAME>`: a secret of GitHub Actions, set by the GitHub CLI. */
export const ghSecretScheme: Scheme = {
  problems: (spec) => {
    const { repository, environment } = partsOf(spec);
    return [
      ...fixedNameProblems(repository, repositoryRule),
      ...(environment === null ? [] : fixedNameProblems(environment, environmentRule)),
      ...nameProblems(spec.slot ?? '', secretRule),
    ];
  },
  create: (spec, subject, environment) => {
    const parts = partsOf(spec);
    const secret = expandName(spec.slot ?? '', secretRule, subject);
    const variables = variablesFor(environment);
    return programTarget({
      given: spec.given,
      name: `gh-secret:${spec.body}#${secret}`,
      place: { place: `gh-secret:${spec.body}`, slot: secret.toUpperCase() },
      program: 'gh',
      environment,
      checks: checksFor(parts, variables),
      deliver: (run, { text }) => {
        const { repository } = parts;
        const scope = parts.environment === null ? [] : ['--env', parts.environment];
        const args = ['secret', 'set', secret, '--repo', repository, ...scope];
        return run({ args, input: text, variables });
      },
    });
  },
};

interface Parts {
  readonly repository: string;
  readonly environment: string | null;
}

/** A repository's name has no `@`; an environment's may have. */
function partsOf({ body }: TargetSpec): Parts {
  const at = body.indexOf('@');
  if (at < 0) return { repository: body, environment: null };
  return { repository: body.slice(0, at), environment: body.slice(at + 1) };
}

const repositoryRule = nameRule('the repository', 'owner/repo is right', (name) =>
  /^[A-Za-z0-9][\w-]*\/(?!\.{1,2}$)[\w.-]+$/.test(name),
);

const environmentRule = nameRule(
  'the environment',
  '1 to 255 characters without control characters are right',
  (name) => name.length <= 255 && !/\p{Cc}/u.test(name),
);

/** https://docs.github.com/en/actions/reference/security/secrets */
const secretRule = nameRule(
  'the name of the secret',
  'letters, digits and _ are right, without a digit or GITHUB_ at the start',
  (name) => /^[A-Z_]\w*$/i.test(name) && !/^GITHUB_/i.test(name),
);

/** Without `GH_HOST`, gh would take another host where that is the only one it is signed in to. */
function variablesFor({ ctx }: TargetEnvironment): Environment {
  const host = (ctx.env['GH_HOST'] ?? '').trim();
  return { GH_HOST: host === '' ? 'github.com' : host, GH_PROMPT_DISABLED: '1', NO_COLOR: '1' };
}

/** The public key is what gh encrypts the secret with: who may not set secrets may not read it either. */
function checksFor({ repository, environment }: Parts, variables: Environment): readonly ProgramCheck[] {
  const host = variables['GH_HOST'] ?? '';
  const level = environment === null ? 'actions' : `environments/${encodeURIComponent(environment)}`;
  const what = environment === null ? 'the repository' : 'the environment of the repository';
  return [
    {
      args: ['auth', 'status', '--hostname', host],
      input: null,
      variables,
      hint: host === 'github.com' ? 'gh auth login' : `gh auth login --hostname ${host}`,
    },
    {
      args: ['api', `repos/${repository}/${level}/secrets/public-key`, '--silent'],
      input: null,
      variables,
      hint: `${what} must exist, and the account that gh is signed in with (gh auth login) must be allowed to set its secrets`,
    },
  ];
}
