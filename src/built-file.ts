import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The text of a file that the build wrote beside the program; null while the program is being built, which is when it is
 * written. The executable has its files inside, and another module in place of this one (`scripts/sea`).
 */
export function builtFile(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
}
