// Whose code is in a bundle, and whether it may be given away.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { embedded } from './embedded.js';

/**
 * @typedef {import('./embedded.js').Embedded & { text: string }} Carried
 * @typedef {object} ThirdParty
 * @property {string} name e.g. `@inquirer/core`
 * @property {string} version
 * @property {string} license an SPDX expression
 * @property {string | null} url
 * @property {string} [purl] default: npm's
 * @property {string | null} integrity of what the registry gave, e.g. `sha512-…`
 * @property {readonly string[]} dependencies names of the packages in the bundle that it asks for
 * @property {string} text the licences that lie beside its modules in the bundle, and above them
 * @property {readonly Carried[]} carries
 */

/** Licences that ask for no more than to be passed on with the code. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ICU',
  'ISC',
  'MIT',
  'Unlicense',
  'dtoa',
]);

/** Packages whose licence is named in their manifest and not brought along: its text is in `licences/<name>.txt`. */
const withoutText = new Set(['postgres']);

/**
 * The packages whose modules are in a bundle, by name.
 * @param {readonly string[]} modules
 * @returns {Promise<readonly ThirdParty[]>}
 * @throws when one of them may not be given away, or not without a look at it by a person
 */
export async function thirdParties(modules) {
  const folders = new Map();
  for (const id of modules) {
    const root = packageFolder(id);
    if (root !== null) folders.set(root, [...(folders.get(root) ?? []), id]);
  }
  const names = new Set([...folders.keys()].map(packageName));
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8'));
  const parties = await Promise.all([...folders].map(([root, ids]) => describe(root, { ids, names, lock })));
  const problems = [...parties.flatMap(problemsOf), ...twice(parties)];
  if (problems.length > 0) {
    throw new Error(`the bundle may not be given away:\n  - ${problems.join('\n  - ')}`);
  }
  return parties.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param {readonly ThirdParty[]} parties @returns {string[]} */
function twice(parties) {
  const names = parties.map(({ name }) => name);
  return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is in it in two versions`);
}

/** @param {string} id @returns {string | null} null for our own modules and for those that are no files */
function packageFolder(id) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? null;
}

/** @param {string} root */
function packageName(root) {
  return root.replace(/^.*[\\/]node_modules[\\/]/, '').replaceAll('\\', '/');
}

/** @param {string} root e.g. `node_modules/a/node_modules/b` */
function lockedPath(root) {
  return root.slice(root.search(/node_modules[\\/]/)).replaceAll('\\', '/');
}

/**
 * @param {string} root
 * @param {{ ids: readonly string[], names: ReadonlySet<string>, lock: { packages: Record<string, { integrity?: string }> } }} options
 * @returns {Promise<ThirdParty>}
 */
async function describe(root, { ids, names, lock }) {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { name, version, license = '', dependencies = {}, homepage, repository } = manifest;
  const carries = embedded[name]?.carries ?? [];
  return {
    name,
    version,
    license,
    url: homepage ?? repository?.url ?? repository ?? null,
    integrity: lock.packages[lockedPath(root)]?.integrity ?? null,
    dependencies: Object.keys(dependencies).filter((dependency) => names.has(dependency)),
    text: withoutText.has(name) ? await ourText(name) : await licenceText(root, ids),
    carries: await Promise.all(carries.map(withText)),
  };
}

/** @param {string} root @param {readonly string[]} ids */
async function licenceText(root, ids) {
  const folders = new Set([root]);
  for (const id of ids) {
    for (let folder = dirname(id); folder !== root; folder = dirname(folder)) folders.add(folder);
  }
  const texts = [];
  for (const folder of [...folders].toSorted()) {
    const names = await readdir(folder);
    for (const name of names.filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file)).toSorted()) {
      texts.push((await readFile(join(folder, name), 'utf8')).trim());
    }
  }
  return texts.join('\n\n');
}

/** @param {import('./embedded.js').Embedded} carried @returns {Promise<Carried>} */
async function withText(carried) {
  return { ...carried, text: await ourText(carried.name) };
}

/** @param {string} name */
async function ourText(name) {
  return (await readFile(new URL(`licences/${name}.txt`, import.meta.url), 'utf8')).trim();
}

/** @param {ThirdParty} party @returns {string[]} */
function problemsOf({ name, version, license, integrity, text, carries }) {
  const id = `${name} ${version}`;
  const looked = embedded[name]?.version ?? version;
  return [
    ...(integrity === null ? [`${id} is not in package-lock.json`] : []),
    ...(text === '' ? [`${id} comes without the text of its licence`] : []),
    ...[license, ...carries.map((one) => one.license)]
      .filter((expression) => !expression.split(' AND ').every((one) => allowed.has(one)))
      .map((expression) => `${id}: nobody has looked at the licence "${expression}" yet`),
    ...(looked === version ? [] : [`${id}: look what it carries inside, and say so in scripts/bundle/embedded.js`]),
  ];
}
