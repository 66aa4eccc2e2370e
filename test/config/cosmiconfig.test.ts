// @module-tag slow
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { loadConfiguration } from '../../src/config/configuration.ts';
import { createWorkspace } from './workspace.ts';

const require = createRequire(import.meta.url);
const cosmiconfig = require.resolve('cosmiconfig');

// Why configuration files are found by our own code (docs/design.md 4).
test.each(['.config/config.js', '.config/config.cjs'])(
  'cosmiconfig executes %s of the working directory when an explorer is merely created, and sactl does not',
  async (name) => {
    const workspace = await createWorkspace();
    try {
      const trace = join(workspace.cwd, 'was-executed');
      await workspace.write(
        `code/repository/deploy/prod/${name}`,
        `require('node:fs').writeFileSync(${JSON.stringify(trace)}, '')`,
      );
      await loadConfiguration(workspace.context(), {});
      expect(existsSync(trace)).toBe(false);
      const program = `require(${JSON.stringify(cosmiconfig)}).cosmiconfig('sactl')`;
      await promisify(execFile)(process.execPath, ['-e', program], { cwd: workspace.cwd });
      expect(existsSync(trace)).toBe(true);
    } finally {
      await workspace[Symbol.asyncDispose]();
    }
  },
);
