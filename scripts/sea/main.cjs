// The executable's main script. The files of the bundle are its assets, and each is compiled when it is asked for, as Node
// does with files: what one command needs is a small part of them, and compiling them all at every start takes 80 ms.
const path = require('node:path');
const { getAsset } = require('node:sea');
const { compileFunction } = require('node:vm');

/** @type {Map<string, { exports: unknown }>} */
const modules = new Map();

/** @param {string} name */
function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const code = getAsset(name, 'utf8').replace(/^#!.*/, '');
  const names = ['exports', 'require', 'module', '__filename', '__dirname'];
  const run = compileFunction(code, names, { filename: name });
  const { execPath } = process;
  run(module.exports, requireAny, module, execPath, path.dirname(execPath));
  return module.exports;
}

/** @param {string} id */
function requireAny(id) {
  return id.startsWith('./') ? load(id.slice('./'.length)) : require(id);
}

load('bin.cjs');
