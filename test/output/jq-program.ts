import { chmod, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { temporaryDirectory } from './support.ts';

/**
 * The path of a program that is a real jq 1.8, for `JQ_PATH`: the embedded one with a command line. It adds what it was
 * given, `{argv, env}`, as a line to the file `<path>.log`.
 */
export async function jqProgram(): Promise<string> {
  const path = join(await temporaryDirectory(), 'jq');
  const packagePath = JSON.stringify(createRequire(import.meta.url).resolve('jq-wasm'));
  const script = `
    const { appendFileSync, readFileSync } = require('node:fs');
    const argv = process.argv.slice(2);
    appendFileSync(__filename + '.log', JSON.stringify({ argv, env: process.env }) + '\\n');
    require(${packagePath}).loadJq().then((jq) => {
      const { stdout, stderr, exitCode } = jq.raw(readFileSync(0, 'utf8'), argv.at(-1), argv.slice(0, -1));
      process.stdout.write(stdout === '' ? '' : stdout + '\\n');
      process.stderr.write(stderr === '' ? '' : stderr + '\\n');
      process.exitCode = exitCode;
    });
  `;
  await writeFile(path, `#!${process.execPath}\n${script}`);
  await chmod(path, 0o755);
  return path;
}
