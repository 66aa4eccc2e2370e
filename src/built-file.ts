import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The text of a file that the build wrote beside the program; null during the build, before it is written. A file of its
 * own because the executable, which carries its files inside, has another module in its place (scripts/sea.js).
 */
export function builtFile(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
}
