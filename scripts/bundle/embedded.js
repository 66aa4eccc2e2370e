/**
 * Code that a package carries inside without npm knowing of it, compiled to WebAssembly: looked up by hand, so for exactly
 * these versions. `license` is an SPDX expression; the text is in `licences/<name>.txt`; `version` is null where the
 * package does not say.
 * @typedef {{ name: string, version: string | null, license: string, url: string, purl: string }} Embedded
 * @type {Readonly<Record<string, { version: string, carries: readonly Embedded[] }>>}
 */
export const embedded = {
  'jq-wasm': {
    version: '3.0.0-jq-1.8.2',
    carries: [
      {
        name: 'jq',
        version: '1.8.2',
        license: 'MIT AND dtoa AND ICU AND BSD-2-Clause',
        url: 'https://github.com/jqlang/jq',
        purl: 'pkg:github/jqlang/jq@jq-1.8.2',
      },
      {
        name: 'oniguruma',
        version: '6.9.10',
        license: 'BSD-2-Clause',
        url: 'https://github.com/kkos/oniguruma',
        purl: 'pkg:github/kkos/oniguruma@v6.9.10',
      },
      {
        name: 'emscripten',
        version: null,
        license: 'MIT',
        url: 'https://github.com/emscripten-core/emscripten',
        purl: 'pkg:github/emscripten-core/emscripten',
      },
      { name: 'musl', version: null, license: 'MIT', url: 'https://musl.libc.org', purl: 'pkg:generic/musl' },
    ],
  },
  undici: {
    version: '7.30.2',
    carries: [
      {
        name: 'llhttp',
        version: null,
        license: 'MIT',
        url: 'https://github.com/nodejs/llhttp',
        purl: 'pkg:github/nodejs/llhttp',
      },
    ],
  },
};
