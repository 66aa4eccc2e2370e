import { isCI, type Context, type Environment } from '../context.ts';
import type { AuditCi } from './audit-event.ts';

/** The user's name or, where the environment has none, the numeric id; null where there is neither. */
export function userOf({ env, userId }: Pick<Context, 'env' | 'userId'>): string | null {
  const names = ['USER', 'LOGNAME', 'USERNAME'];
  const name = names.map((key) => variable(env, key)).find((value) => value !== null);
  return name ?? (userId === null ? null : String(userId));
}

/** Where runners say what they are doing. */
const runners = [
  {
    system: 'github-actions',
    mark: 'GITHUB_ACTIONS',
    repository: 'GITHUB_REPOSITORY',
    workflow: 'GITHUB_WORKFLOW',
    runId: 'GITHUB_RUN_ID',
    actor: 'GITHUB_ACTOR',
  },
  {
    system: 'gitlab-ci',
    mark: 'GITLAB_CI',
    repository: 'CI_PROJECT_PATH',
    workflow: 'CI_JOB_NAME',
    runId: 'CI_PIPELINE_ID',
    actor: 'GITLAB_USER_LOGIN',
  },
] as const;

/** The pipeline this runs in; null when it is none. */
export function ciOf(env: Environment): AuditCi | null {
  const runner = runners.find(({ mark }) => env[mark] === 'true');
  if (runner !== undefined) {
    const { system, repository, workflow, runId, actor } = runner;
    return {
      system,
      repository: variable(env, repository),
      workflow: variable(env, workflow),
      runId: variable(env, runId),
      actor: variable(env, actor),
    };
  }
  if (!isCI(env)) return null;
  return { system: 'other', repository: null, workflow: null, runId: null, actor: null };
}

function variable(env: Environment, name: string): string | null {
  const value = (env[name] ?? '').trim();
  return value === '' ? null : value;
}
