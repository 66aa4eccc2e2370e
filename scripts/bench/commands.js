// The two sides of each comparison.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bareRotationOf, idealOf, rotationOf } from './fleet.js';
import { bareList, organization } from './lists.js';
import { costOf } from './measure.js';

/** @import { Command, Side, Sides } from './measure.js' */

/** A home with a configuration file as people write it. @param {string} folder */
function homeWithProfiles(folder) {
  const home = join(folder, 'with-profiles');
  mkdirSync(join(home, '.config', 'sactl'), { recursive: true });
  writeFileSync(
    join(home, '.config', 'sactl', 'config.yaml'),
    `profiles:\n  prod:\n    provider: nscale\n    credential: { env: NSCALE_SERVICE_TOKEN }\n`,
  );
  return home;
}

/** @param {readonly string[]} words @param {Omit<Command, 'words'>} [command] @returns {Side} */
function sactl(words, command) {
  return ({ program, flags }) => costOf({ ...command, words: [...flags, program, ...words] });
}

/** @param {readonly string[]} words @returns {Side} */
function node(words) {
  return () => costOf({ words });
}

/**
 * @param {{ url: string, folder: string }} options `url` serves the lists; what is written goes to the folder
 * @returns {Readonly<Record<string, Sides>>} by the names of the comparisons
 */
export function sidesIn({ url, folder }) {
  const nothing = node(['-e', '0']);
  /** @param {string[]} words @param {Omit<Command, 'words'>} [command] @returns {Sides} */
  function start(words, command = { env: { HOME: folder } }) {
    return { ours: sactl(words, command), theirs: nothing };
  }
  /** @param {string} line @returns {Sides} */
  function foreign(line) {
    const words = line.split(' ');
    return { ours: () => costOf({ words, env: { HOME: folder }, isNode: false }), theirs: nothing, isOurs: false };
  }
  /** @param {number} count @param {string[]} words @param {string} [pipe] @returns {Side} */
  function listed(count, words, pipe) {
    const env = {
      HOME: folder,
      NSCALE_SERVICE_TOKEN: 'bench',
      NSCALE_ORGANIZATION_ID: organization,
      NSCALE_IDENTITY_SERVICE_API_ENDPOINT: `${url}/${count}`,
    };
    return sactl(['sa', 'list', ...words], pipe === undefined ? { env } : { env, pipe });
  }
  /** @param {number} count @param {string[]} words @param {string} [pipe] @returns {Sides} */
  function list(count, words, pipe) {
    const address = `${url}/${count}/api/v1/organizations/${organization}/serviceaccounts`;
    return { ours: listed(count, words, pipe), theirs: node(['-e', bareList, address]) };
  }
  const fleet = { accounts: 500, delayMs: 50, home: folder };
  return {
    version: start(['--version']),
    completion: start(['completion', 'bash']),
    profiles: start(['__profiles'], { env: { HOME: homeWithProfiles(folder) } }),
    help: start(['--help']),
    'help-verb': start(['sa', 'rotate', '--help']),
    'usage-error': start(['sa', 'list', '--nope'], { env: { HOME: folder }, exits: 2 }),
    misspelt: start(['sa', 'lst'], { env: { HOME: folder }, exits: 2 }),
    gh: foreign('gh --version'),
    kubectl: foreign('kubectl version --client'),
    'list-1': list(1, ['--json']),
    'query-1000': { ours: listed(1000, ['-q', '.[].id']), theirs: listed(1000, ['--json'], "jq -r '.[].id'") },
    'list-10000': list(10_000, ['--json']),
    'list-40000': list(40_000, ['--json']),
    'query-40000': list(40_000, ['-q', '.[] | select(.status=="active") | .id']),
    'query-whole-40000': list(40_000, ['-q', 'map(.name)|sort|length']),
    'csv-40000': list(40_000, ['--format', 'csv']),
    'head-40000': list(40_000, ['--format', 'ndjson'], 'head -1'),
    'fleet-500': { ours: rotationOf(fleet), theirs: idealOf(fleet) },
    'fleet-500-script': { ours: rotationOf(fleet), theirs: bareRotationOf(fleet) },
    'fleet-500-store': { ours: rotationOf({ ...fleet, storeDelayMs: 20 }), theirs: idealOf(fleet) },
    'fleet-5000': {
      ours: rotationOf({ ...fleet, accounts: 5000, delayMs: 1 }),
      theirs: rotationOf({ ...fleet, delayMs: 1 }),
    },
  };
}
