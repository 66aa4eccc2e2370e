import { getAsset } from 'node:sea';

/**
 * What the executable has in place of `src/built-file.ts`; null while the program is being built.
 * @param {string} _folder
 * @param {string} name
 */
export function builtFile(_folder, name) {
  try {
    return getAsset(name, 'utf8');
  } catch {
    return null;
  }
}
