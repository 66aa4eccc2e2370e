import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { testContext, type TestContextOptions } from '../../harness/context.ts';
import { runIn, type Outcome } from '../../harness/run.ts';
import { workFolder } from '../support.ts';

/** The user's file below the home directory. */
export const userFile = '.config/sactl/config.yaml';

/** A home with a folder to work in, and a way to run commands there. Its own path is `~` in what they say. */
export interface Home {
  readonly path: string;
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
}

/** `files`: path below the home directory and text. Requests, questions and waits fail the test. */
export async function homeWith(files: Readonly<Record<string, string>>): Promise<Home> {
  const home = await realpath(await workFolder());
  await mkdir(join(home, 'work'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text, { mode: 0o600 });
  }
  return {
    path: home,
    run: async (argv, { env, ...options } = {}) => {
      const context = testContext({
        homeDirectory: home,
        cwd: join(home, 'work'),
        ...options,
        env: { SACTL_STATE_DIR: join(home, 'state'), ...env },
      });
      const { code, stdout, stderr } = await runIn(context, argv);
      return { code, stdout: stdout.replaceAll(home, '~'), stderr: stderr.replaceAll(home, '~') };
    },
  };
}
