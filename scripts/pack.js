// Packs what was built: `node scripts/pack.js [folder]`, and prints what npm says of it. The package is the same, to the byte,
// wherever and whenever it is made; npm sees to the times and the order in it, but takes over the modes that umask gave.
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';

const cli = process.env['npm_execpath'];
const [program, ...first] = cli === undefined ? ['npm'] : [process.execPath, cli];

/** @param {readonly string[]} argv */
function pack(argv) {
  return execFileSync(program, [...first, 'pack', '--json', ...argv], { encoding: 'utf8' });
}

/** @type {[{ files: { path: string }[] }]} */
const [{ files }] = JSON.parse(pack(['--dry-run']));
for (const { path } of files) chmodSync(path, 0o644);
process.stdout.write(pack(['--pack-destination', process.argv[2] ?? '.']));
