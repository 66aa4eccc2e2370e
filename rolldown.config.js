import { defineConfig } from 'rolldown';

// CommonJS in chunks starts fastest on every Node (docs: README, "Performance"); what is imported lazily stays apart.
export default defineConfig({
  input: { bin: 'src/bin.ts' },
  platform: 'node',
  external: ['jq-wasm', /^node-jq/],
  transform: { target: 'node20.19' },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    minify: true,
    cleanDir: true,
  },
});
