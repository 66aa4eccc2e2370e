import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { scriptFile, type Shell } from '../../../src/commands/completion/shells.ts';
import { run } from '../../harness/run.ts';
import { dist } from '../built-program.ts';

/** The script that the build put beside the program. @throws Error when it is not the one that src/ makes */
export async function builtScript(shell: Shell): Promise<string> {
  const built = await readFile(join(dist, scriptFile(shell)), 'utf8').catch(() => null);
  const { stdout } = await run(['completion', shell]);
  if (built !== stdout) throw new Error('dist/ is missing or older than src/: build first, with "npm run build"');
  return built;
}
