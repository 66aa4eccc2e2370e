// Builds executable/sactl, which needs no Node: a copy of Node that carries the bundle. It comes with the licences of all that
// is in it. By postject rather than by Node's own --build-sea, which Node 20 and 24 lack and which breaks on Intel Macs
// (https://github.com/nodejs/node/issues/65479).
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { bundle } from './bundle/bundle.js';
import { writeNotices } from './bundle/notices.js';
import { thirdParties } from './bundle/third-parties.js';

const { values } = parseArgs({
  options: {
    /** The Node to build with and from; default: the one that runs this. */
    node: { type: 'string', default: process.execPath },
    /** The licence of that Node; default: the file that official builds bring. */
    'node-license': { type: 'string' },
    out: { type: 'string', default: 'executable' },
  },
});
const node = resolve(values.node);
const executable = resolve(values.out, process.platform === 'win32' ? 'sactl.exe' : 'sactl');

/** What deals with files beside the program, and what the executable has in its place. @type {Record<string, string>} */
const replacements = {
  './jq-file.ts': 'sea/jq-file.js',
  './built-file.ts': 'sea/built-file.js',
  './code-cache.ts': 'sea/code-cache.js',
};

const filesFromAssets = {
  name: 'files-from-assets',
  /** @param {string} id @param {string | undefined} importer */
  resolveId(id, importer) {
    const replacement = replacements[id];
    if (replacement === undefined) return null;
    const path = fileURLToPath(new URL(replacement, import.meta.url));
    return importer === path ? null : path;
  },
};

const work = mkdtempSync(join(tmpdir(), 'sactl-sea-'));
try {
  const modules = await bundle({ dir: work, plugins: [filesFromAssets] });
  rmSync(values.out, { recursive: true, force: true });
  mkdirSync(values.out, { recursive: true });
  carry(preparedBlob());
  copyFileSync('LICENSE', join(values.out, 'LICENSE'));
  if (existsSync('man')) cpSync('man', join(values.out, 'man'), { recursive: true });
  await writeNotices(values.out, [...(await thirdParties(modules)), nodeItself()]);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function preparedBlob() {
  const blob = join(work, 'sactl.blob');
  const files = readdirSync(work).map((name) => [name, join(work, name)]);
  const config = join(work, 'sea-config.json');
  writeFileSync(
    config,
    JSON.stringify({
      main: fileURLToPath(new URL('sea/main.cjs', import.meta.url)),
      output: blob,
      disableExperimentalSEAWarning: true,
      assets: { ...Object.fromEntries(files), 'jq.wasm': fileURLToPath(import.meta.resolve('jq-wasm/jq.wasm')) },
    }),
  );
  run(node, ['--experimental-sea-config', config]);
  return blob;
}

/** @param {string} blob */
function carry(blob) {
  copyFileSync(node, executable);
  chmodSync(executable, 0o755);
  const isMac = process.platform === 'darwin';
  // A changed file's signature is wrong, and macOS runs nothing that is not signed, if only by nobody.
  if (isMac) run('codesign', ['--remove-signature', executable]);
  run(process.execPath, [
    fileURLToPath(import.meta.resolve('postject/dist/cli.js')),
    executable,
    'NODE_SEA_BLOB',
    blob,
    '--sentinel-fuse',
    'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
    ...(isMac ? ['--macho-segment-name', 'NODE_SEA'] : []),
  ]);
  if (isMac) run('codesign', ['--sign', '-', executable]);
}

/** Says what the program says only when it fails. @param {string} program @param {readonly string[]} argv */
function run(program, argv) {
  return execFileSync(program, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** @returns {import('./bundle/third-parties.js').ThirdParty} */
function nodeItself() {
  const version = run(node, ['--version']).trim().replace(/^v/, '');
  const folder = dirname(node);
  const places = [join(folder, '../LICENSE'), join(folder, 'LICENSE'), '/usr/share/doc/nodejs/LICENSE'];
  const licence = values['node-license'] ?? places.find((place) => existsSync(place));
  if (licence === undefined) {
    throw new Error(`no licence lies beside ${node}: name it by --node-license <file>`);
  }
  return {
    name: 'node',
    version,
    license: 'MIT',
    url: 'https://nodejs.org',
    purl: `pkg:generic/node@${version}`,
    integrity: null,
    dependencies: [],
    text: readFileSync(licence, 'utf8').trim(),
    carries: [],
  };
}
