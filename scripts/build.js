// Bundles the program into dist/, and says nothing unless something is wrong.
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

const bundle = await rolldown({
  input: { bin: 'src/bin.ts' },
  platform: 'node',
  external: ['jq-wasm', /^node-jq/],
  plugins: [withoutExecutableSubcommands],
  transform: { target: 'node20.19' },
});
// CommonJS in chunks starts fastest on every Node; what is imported lazily stays in files of its own.
await bundle.write({
  dir: 'dist',
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  minify: true,
  cleanDir: true,
});
await bundle.close();
