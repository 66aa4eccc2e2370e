// What is said of other people's code: the licences they ask to be passed on, and a bill of materials for scanners.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { billOfMaterials } from './bom.js';

/**
 * Writes `THIRD_PARTY_LICENSES` and `sbom.cdx.json` into a folder.
 * @param {string} dir
 * @param {readonly import('./third-parties.js').ThirdParty[]} parties
 */
export async function writeNotices(dir, parties) {
  const manifest = JSON.parse(await readFile('package.json', 'utf8'));
  await writeFile(join(dir, 'THIRD_PARTY_LICENSES'), licences(parties));
  await writeFile(join(dir, 'sbom.cdx.json'), `${billOfMaterials(manifest, parties)}\n`);
}

const line = '-'.repeat(80);

/** @param {readonly import('./third-parties.js').ThirdParty[]} parties */
function licences(parties) {
  const entries = parties.flatMap((party) => [
    entry(party),
    ...party.carries.map((one) => entry(one, ` (in ${party.name})`)),
  ]);
  return `sactl contains code of others, under these licences.\n\n${entries.join('\n')}`;
}

/**
 * @param {{ name: string, version: string | null, license: string, url: string | null, text: string }} party
 * @param {string} [where]
 */
function entry({ name, version, license, url, text }, where = '') {
  const title = [name, ...(version === null ? [] : [version])].join(' ');
  const address = url === null ? '' : `${url}\n`;
  return `${line}\n${title}${where}: ${license}\n${address}\n${text}\n`;
}
