import { UsageError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import { expand, hasPlaceholder, placeholderProblems } from './expand.ts';
import { githubFileTarget } from './github-file.ts';
import type { Scheme } from './scheme.ts';

/** `github-env:<NAME>`: an environment variable of the job's later steps. */
export const githubEnvScheme: Scheme = {
  problems: ({ body }) => nameProblems(body),
  create: ({ given, body }, subject, { ctx }) => {
    const key = expand(body, subject);
    const problems = violations(key);
    if (problems.length > 0) throw new UsageError(problems);
    return githubFileTarget({ given, name: `github-env:${key}`, variable: 'GITHUB_ENV', key, ctx });
  },
};

function nameProblems(name: string): readonly string[] {
  return hasPlaceholder(name) ? placeholderProblems(name) : violations(name);
}

/** What an account's name became must be a variable's name too, even if there are braces in it. */
function violations(name: string): readonly string[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return [`${quoted(name)} is no name of a variable: letters, digits and _, no digit first`];
  }
  if (!/^(?:GITHUB_.*|RUNNER_.*|NODE_OPTIONS|CI)$/i.test(name)) return [];
  return [`GitHub Actions keeps ${quoted(name)} for itself; choose another name`];
}
