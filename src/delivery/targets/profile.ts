import { resolve } from 'node:path';

import { UsageError } from '../../errors.ts';
import { wholeFileTarget } from './file.ts';
import type { Scheme } from './scheme.ts';
import type { TargetEnvironment } from './target.ts';

const absence = 'no profile with a {file} credential is in use';

/** `profile`: the file that the profile's own credential comes from, which must be there. */
export const profileScheme: Scheme = {
  problems: (_spec, environment) => (fileOf(environment) === null ? [absence] : []),
  create: ({ given }, _subject, environment) => {
    const file = fileOf(environment);
    if (file === null) throw new UsageError(absence);
    return wholeFileTarget({
      given,
      name: 'profile',
      path: resolve(environment.ctx.cwd, file),
      isJson: false,
      mustExist: true,
      environment,
    });
  },
};

/** The sandbox has no profiles, and only simulates this target. */
function fileOf({ isSandbox, profileFile }: TargetEnvironment): string | null {
  return isSandbox ? 'profile' : profileFile;
}
