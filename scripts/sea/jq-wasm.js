// What the executable has in place of jq-wasm's own entry, which reads a file.
import { getAsset } from 'node:sea';

import { loadJq as load } from 'jq-wasm';

export function loadJq() {
  return load({ wasmBinary: getAsset('jq.wasm') });
}
