import engine from './engine.bash?raw';
import type { Outline } from './outline.ts';
import { posixTables } from './posix.ts';

/** bash shows no descriptions. The engine ends every candidate itself, because some go on: `file:`. */
export function bashScript(outline: Outline): string {
  const tables = posixTables(outline, (name) => name);
  return `${engine}\n${tables}\ncomplete -o nospace -F _sactl sactl\n`;
}
