import type { Configuration } from '../../config/configuration.ts';
import { namedProfile } from '../../config/selection.ts';
import { UsageError } from '../../errors.ts';
import { listColumns } from '../../fleet/selection.ts';
import { selectColumns } from '../../output/columns.ts';
import { columnsOf } from '../../session/session.ts';

/**
 * What is wrong with settings that can be read, and that commands could not use: a profile that there is not, and columns
 * that no list has. It would be every command's error, and not only that of the command that set it.
 */
export function unusable(
  settings: Pick<Configuration, 'profile' | 'profiles' | 'columns'>,
): Readonly<Record<'profile' | 'columns', readonly string[]>> {
  return {
    profile: problemsOf(() => namedProfile(settings)),
    columns: problemsOf(() => selectColumns(listColumns, columnsOf(settings))),
  };
}

function problemsOf(use: () => unknown): readonly string[] {
  try {
    use();
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}
