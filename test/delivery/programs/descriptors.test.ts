// @module-tag slow
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { createNscaleEmulator } from '../../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { sandboxTokens } from '../../../src/sandbox/nscale/seed-ids.ts';
import { serve } from '../../../src/sandbox/server.ts';
import { program, startProgram, useProgram } from '../../commands/built-program.ts';

const { home } = useProgram();

test.runIf(process.platform === 'linux')(
  'where descriptors run out, programs are run once there are some again',
  async () => {
    const issued: string[] = [];
    function newSecret(): string {
      issued.push(`issued.${'x'.repeat(40)}.${issued.length}`);
      return issued.at(-1) ?? '';
    }
    const emulator = createNscaleEmulator({ state: seedNscale(Date.now()), now: Date.now, newSecret });
    const server = await serve(emulator, { port: 0 });
    onTestFinished(server.close);
    const rotate = ['sa', 'rotate', '--all', '--include-disabled', '--include-expired', '--concurrency', '16', '--yes'];
    const report = ['--to', `exec:sh -c 'sleep 0.2; cat >"$1.token"' sh {id}`, '-q', '[.rotated, .failed | length]'];
    const { code, stdout, stderr } = await startProgram(
      'sh',
      ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, program, ...rotate, ...report],
      {
        home: home(),
        env: { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: server.url, NSCALE_SERVICE_TOKEN: sandboxTokens.administrator },
      },
    ).ended;
    expect({ code, stdout, isTold: stderr.includes('sh cannot be run: too many open files (EMFILE)') }).toEqual({
      code: 0,
      stdout: '[12,0]\n',
      isTold: true,
    });
    const files = (await readdir(home())).filter((name) => name.endsWith('.token'));
    const written = await Promise.all(files.map((name) => readFile(join(home(), name), 'utf8')));
    expect(written.toSorted()).toEqual(issued.toSorted());
  },
);
