import { UsageError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import { expand, hasPlaceholder, placeholderProblems } from './expand.ts';
import { githubFileTarget } from './github-file.ts';
import type { Scheme } from './scheme.ts';

/** `github-output:<name>`: an output of this step, for later steps of the job. */
export const githubOutputScheme: Scheme = {
  problems: ({ body }) => nameProblems(body),
  create: ({ given, body }, subject, { ctx }) => {
    const key = expand(body, subject);
    const problems = violations(key);
    if (problems.length > 0) throw new UsageError(problems);
    return githubFileTarget({ given, name: `github-output:${key}`, variable: 'GITHUB_OUTPUT', key, ctx });
  },
};

function nameProblems(name: string): readonly string[] {
  return hasPlaceholder(name) ? placeholderProblems(name) : violations(name);
}

/** What an account's name became must be an output's name too, even if there are braces in it. */
function violations(name: string): readonly string[] {
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return [];
  return [`${quoted(name)} is no name of an output: letters, digits, _ and -, a letter or _ first`];
}
