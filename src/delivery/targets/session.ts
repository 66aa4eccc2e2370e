import { UsageError } from '../../errors.ts';
import { expand } from './expand.ts';
import { pathFor, pathProblems } from './file-path.ts';
import { wholeFileTarget } from './file-target.ts';
import type { Scheme } from './scheme.ts';

/** `session:<path>`: the session file that Augment's own programs read, one line of JSON (contracts/augment.md 3). */
export const sessionScheme: Scheme = {
  hasSlot: false,
  takesJson: false,
  problems: pathProblems,
  create: (spec, subject, environment) => {
    if (subject.provider !== 'augment') {
      throw new UsageError(
        `only the session of an Augment account goes there; for ${subject.provider}, file: is right`,
      );
    }
    return wholeFileTarget({
      given: spec.given,
      name: `session:${expand(spec.body, subject)}`,
      path: pathFor(spec, subject, environment),
      isJson: false,
      environment,
    });
  },
};
