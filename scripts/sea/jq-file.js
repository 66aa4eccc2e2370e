import { getAsset } from 'node:sea';

/** What the executable has in place of `src/output/jq-file.ts`. */
export function jqFile() {
  return Promise.resolve(new Uint8Array(getAsset('jq.wasm')));
}
