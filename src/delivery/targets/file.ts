import { pathFor, pathProblems } from './file-path.ts';
import { wholeFileTarget } from './file-target.ts';
import { expand } from './expand.ts';
import type { Scheme } from './scheme.ts';

/** `file:<path>` and `file+json:<path>`: a file that holds the credential and nothing else. */
export const fileScheme: Scheme = {
  hasSlot: false,
  takesJson: true,
  problems: pathProblems,
  create: (spec, subject, environment) =>
    wholeFileTarget({
      given: spec.given,
      name: `file${spec.isJson ? '+json' : ''}:${expand(spec.body, subject)}`,
      path: pathFor(spec, subject, environment),
      isJson: spec.isJson,
      environment,
    }),
};
