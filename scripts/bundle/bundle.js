// How sactl is bundled, for the npm package and for the executable alike.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const nothing = '\0nothing';

/**
 * Commander can start subcommands as programs of their own, which sactl has none of, and loads node:child_process for
 * it: 3 ms at every start.
 */
const withoutExecutableSubcommands = {
  name: 'without-executable-subcommands',
  /** @param {string} id @param {string | undefined} importer */
  resolveId(id, importer) {
    const isCommander = /[\\/]node_modules[\\/]commander[\\/]/.test(importer ?? '');
    return isCommander && id === 'node:child_process' ? nothing : null;
  },
  /** @param {string} id */
  load(id) {
    return id === nothing ? 'export {}' : null;
  },
};

/**
 * undici without what is not used: HTTP/2, the second build of its parser (the one without SIMD runs on every machine), what
 * makes bodies of forms, Node's own http, of which it wants a default that is given, and node:assert, which takes 1.7 ms to
 * load for one function.
 * @type {import('rolldown').Plugin}
 */
const slimUndici = {
  name: 'slim-undici',
  /** @param {string} id @param {string | undefined} importer */
  resolveId(id, importer) {
    if (!isUndici.test(importer ?? '')) return null;
    if (id === '../llhttp/llhttp_simd-wasm.js') return this.resolve('../llhttp/llhttp-wasm.js', importer);
    if (id === 'node:assert') return plainAssert;
    return unusedInUndici.has(id) ? nothing : null;
  },
  /** @param {string} id */
  load(id) {
    return id === plainAssert
      ? "module.exports = (value, message) => { if (!value) throw new Error(message ?? 'undici is in a state that it should not be in'); };"
      : null;
  },
  /** @param {string} code @param {string} id */
  transform(code, id) {
    if (isUndici.test(id) && /\bassert\.\w/.test(code)) throw new Error(`${id} needs more of node:assert`);
    return null;
  },
};

const isUndici = /[\\/]node_modules[\\/]undici[\\/]/;
const plainAssert = '\0plain-assert';

const unusedInUndici = new Set(['./client-h2.js', '../web/fetch/body.js', 'node:http', 'node:http2']);

/**
 * age without what seals for other keys than X25519: post-quantum and hardware keys, which no recipient of ours has.
 * @type {import('rolldown').Plugin}
 */
const slimAge = {
  name: 'slim-age',
  /** @param {string} id @param {string | undefined} importer */
  resolveId(id, importer) {
    const isAge = /[\\/]node_modules[\\/]age-encryption[\\/]/.test(importer ?? '');
    return isAge && id in unusedInAge ? `\0unused-in-age:${id}` : null;
  },
  /** @param {string} id */
  load(id) {
    const names = unusedInAge[id.replace('\0unused-in-age:', '')];
    return id.startsWith('\0unused-in-age:')
      ? `export const ${names?.map((name) => `${name} = null`).join(', ')}`
      : null;
  },
};

/** @type {Readonly<Record<string, readonly string[]>>} */
const unusedInAge = {
  '@noble/post-quantum/hybrid.js': ['MLKEM768P256', 'MLKEM768X25519'],
  '@noble/curves/nist.js': ['p256'],
  '@noble/hashes/scrypt.js': ['scrypt'],
};

/** Files whose text is imported, as vite does it: `import text from './file?raw'`. */
export const rawText = {
  name: 'raw-text',
  /** @param {string} id @param {string | undefined} importer */
  resolveId(id, importer) {
    return id.endsWith('?raw') ? resolve(dirname(importer ?? ''), id) : null;
  },
  /** @param {string} id */
  load(id) {
    if (!id.endsWith('?raw')) return null;
    return `export default ${JSON.stringify(readFileSync(id.slice(0, -'?raw'.length), 'utf8'))}`;
  },
};

/**
 * Puts the bundler's few helpers into the files of a refusal: a file more would take a third of a millisecond.
 * @type {import('rolldown').Plugin}
 */
const inlineHelpers = {
  name: 'inline-helpers',
  generateBundle(_options, files) {
    const chunks = Object.values(files).filter((file) => file.type === 'chunk');
    const helpers = chunks.find(({ name }) => name === 'rolldown-runtime');
    if (helpers === undefined) throw new Error('the bundler has put its helpers elsewhere');
    const text = `(()=>{const exports={};${helpers.code.trim()};return exports})()`;
    for (const chunk of chunks.filter(({ name }) => ['bin', 'main', 'guess'].includes(name))) {
      chunk.code = chunk.code.replace(`require("./${helpers.fileName}")`, () => text);
    }
  },
};

/**
 * What a start loads together, in a file each: the bundler makes many of it, and each takes a third of a millisecond.
 * @type {readonly { name: string, test: RegExp }[]}
 */
const groups = [
  {
    name: 'main',
    test: filesIn([
      'main',
      'start-anew',
      'session/note',
      'commands/(refusal|command-line)',
      'model/(account|duration|exact-number|similar)',
      'output/(error|parts|serialize)',
    ]),
  },
  { name: 'guess', test: filesIn(['commands/guess/.+']) },
  {
    name: 'program',
    test: filesIn([
      'program',
      'commands/(tree|nouns|verb|help-layout|whoami|doctor|schema|misuse)',
      'commands/(help|completion)/index',
      'session/(flags?|check|all-meant)',
      'providers/(registry|.+/environment)',
      'output/emit',
      'model/format',
    ]),
  },
  // What the names of profiles need, at a Tab.
  { name: 'directories', test: filesIn(['config/(candidates|directories|setting)', 'files/home']) },
  {
    name: 'session',
    test: filesIn([
      'session/(client|confirm|connect|output|reminders|sandbox-state|session|targets)',
      'config/(configuration|connection|credential-source|environment|keys|parse|profile|project-file|section|selection|state|user-file)',
      'http/(answer-error|attempt|body|client|error|failure|pause|proxy|redirect|request|text|transport)',
      'output/(columns|document|renderer|style|table|time|width)',
      'model/(bech32|credential|endpoint|store-address)',
      'delivery/(mask|targets/shared-files)',
      'providers/lookup',
      'files/(bounded-file|coalesce|private-directory|replace-file|yaml)',
      'state/journal-folder',
    ]),
  },
];

/** @param {readonly string[]} names of files in `src`, as expressions */
function filesIn(names) {
  return new RegExp(`/src/(?:${names.join('|')})\\.ts$`.replaceAll('/', String.raw`[\\/]`));
}

/**
 * Bundles the program into a folder, lets it write its completion scripts and its help beside itself, and returns the ids of the modules
 * that went into it.
 * @param {{ dir: string, plugins?: import('rolldown').Plugin[], output?: import('rolldown').OutputOptions }} options
 * @returns {Promise<readonly string[]>}
 */
export async function bundle({ dir, plugins = [], output: more = {} }) {
  const build = await rolldown({
    input: { bin: 'src/bin.ts' },
    platform: 'node',
    preserveEntrySignatures: false,
    // The order of chunks follows the paths of modules; a linked node_modules keeps the one it has here.
    resolve: { symlinks: false },
    plugins: [withoutExecutableSubcommands, slimUndici, slimAge, rawText, inlineHelpers, ...plugins],
    transform: { target: 'node20.19' },
  });
  try {
    // CommonJS in chunks starts fastest on every Node; what is imported lazily stays in files of its own.
    const { output } = await build.write({
      dir,
      format: 'cjs',
      // What is compiled out of an executable can require Node's modules, and not import them.
      dynamicImportInCjs: false,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      codeSplitting: { groups: [...groups], includeDependenciesRecursively: false },
      minify: true,
      cleanDir: true,
      ...more,
    });
    refuseCycles(output);
    writeAnswers(dir);
    return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  } finally {
    await build.close();
  }
}

/**
 * A chunk that needs one that is still being loaded finds nothing in it.
 * @param {readonly (import('rolldown').OutputChunk | import('rolldown').OutputAsset)[]} output
 * @throws Error where groups of chunks need one another; the entry is loaded before all others
 */
function refuseCycles(output) {
  const chunks = output.filter((file) => file.type === 'chunk');
  const needs = new Map(chunks.map(({ fileName, imports }) => [fileName, imports]));
  /** @type {Set<string>} */
  const walked = new Set();
  /** @param {string} chunk @param {readonly string[]} way */
  function walk(chunk, way) {
    if (way.includes(chunk)) throw new Error(`chunks need one another: ${[...way, chunk].join(' -> ')}`);
    if (walked.has(chunk)) return;
    for (const next of needs.get(chunk) ?? []) if (next !== 'bin.cjs') walk(next, [...way, chunk]);
    walked.add(chunk);
  }
  for (const chunk of needs.keys()) walk(chunk, []);
}

/** Puts jq where `src/output/jq-file.ts` reads it, beside the program. @param {string} dir */
export function addJq(dir) {
  mkdirSync(join(dir, 'build'), { recursive: true });
  copyFileSync(fileURLToPath(import.meta.resolve('jq-wasm/jq.wasm')), join(dir, 'build', 'jq.wasm'));
}

/** Printed from these files, a script or a help costs little more than `sactl --version`. @param {string} dir */
function writeAnswers(dir) {
  const answers = Object.fromEntries(
    ['bash', 'zsh', 'fish', 'powershell'].map((shell) => [`completion.${shell}`, ['completion', shell]]),
  );
  for (const [file, words] of Object.entries({
    ...answers,
    'help.json': ['__help'],
    'commands.json': ['__commands'],
  })) {
    writeFileSync(join(dir, file), execFileSync(process.execPath, [join(dir, 'bin.cjs'), ...words]));
  }
}
