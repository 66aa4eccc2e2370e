import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/**
 * The bytes of jq: of the file that the build put beside the program, else of the package. A file of its own because the
 * executable, which carries its files inside, has another module in its place (scripts/sea.js).
 */
export async function jqFile(): Promise<Uint8Array> {
  try {
    return await readFile(new URL('build/jq.wasm', import.meta.url));
  } catch {
    return readFile(createRequire(import.meta.url).resolve('jq-wasm/jq.wasm'));
  }
}
