// Prints how sactl compares with the least that the same work costs, as ratios of one run on one machine.
// Commands take turns, so that a machine that slows down slows both; the figure is the median of the pairs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { fleet, idealSeconds, rotations } from './bench/fleet.js';
import { bareList, organization, serveLists } from './bench/lists.js';
import { measure, measured, shell } from './bench/measure.js';

/** @import { Row } from './bench/measure.js' */

const program = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 15);

// A reader that has seen enough, such as head, ends the bench.
process.stdout.on('error', () => process.exit());

/** @param {string} name */
function isInstalled(name) {
  return spawnSync(name, ['--version']).error === undefined;
}

/** A home with a configuration file as people write it. */
function makeHome() {
  const home = mkdtempSync(join(tmpdir(), 'sactl-bench-'));
  mkdirSync(join(home, '.config', 'sactl'), { recursive: true });
  writeFileSync(
    join(home, '.config', 'sactl', 'config.yaml'),
    `profiles:\n  prod:\n    provider: nscale\n    credential: { env: NSCALE_SERVICE_TOKEN }\n`,
  );
  return home;
}

const { server, url } = await serveLists();
const home = makeHome();
try {
  process.stdout.write(`Node ${process.versions.node}, ${rounds} rounds, medians of ours / theirs\n\n`);
  /** @param {number} count */
  function env(count) {
    return {
      NSCALE_SERVICE_TOKEN: 'bench',
      NSCALE_ORGANIZATION_ID: organization,
      NSCALE_IDENTITY_SERVICE_API_ENDPOINT: `${url}/${count}`,
    };
  }
  /** @param {number} count */
  function bare(count) {
    return measured(['-e', bareList, `${url}/${count}/api/v1/organizations/${organization}/serviceaccounts`]);
  }
  const nothing = measured(['-e', '0']);
  /** @type {Row[]} */
  const rows = [
    {
      work: '--version / node -e 0',
      budget: 1.25,
      measure: 'time',
      ours: measured([program, '--version']),
      theirs: nothing,
    },
    {
      work: 'completion bash / node -e 0',
      budget: 1.25,
      measure: 'time',
      ours: measured([program, 'completion', 'bash']),
      theirs: nothing,
    },
    {
      work: 'the names of profiles, at a Tab / node -e 0',
      budget: 1.25,
      measure: 'time',
      ours: measured([program, '__profiles'], { HOME: home }),
      theirs: nothing,
    },
    { work: '--help / node -e 0', budget: 1.5, measure: 'time', ours: measured([program, '--help']), theirs: nothing },
    {
      work: 'a usage error / node -e 0',
      budget: 1.5,
      measure: 'time',
      ours: measured([program, 'sa', 'list', '--nope']),
      theirs: nothing,
    },
    {
      work: 'sa list, 1 account / bare fetch script',
      // The start of Node 20 is slower, and its fetch, which V8 optimises for 100 ms, slower still.
      budget: process.versions.node.startsWith('20.') ? 0.8 : 1.2,
      measure: 'time',
      ours: measured([program, 'sa', 'list', '--json'], env(1)),
      theirs: bare(1),
    },
    {
      work: 'sa list --json, 10,000 accounts, time / bare fetch script',
      budget: 2,
      measure: 'time',
      ours: measured([program, 'sa', 'list', '--json'], env(10_000)),
      theirs: bare(10_000),
    },
    {
      work: 'sa list --json, 10,000 accounts, memory / bare fetch script',
      budget: 2,
      measure: 'memory',
      ours: measured([program, 'sa', 'list', '--json'], env(10_000)),
      theirs: bare(10_000),
    },
  ];
  const bulk = `rotate of ${fleet.accounts}, ${fleet.delayMs} ms a call, ${fleet.concurrency} at once`;
  rows.push(
    {
      work: `${bulk} / the ideal`,
      budget: 1 / 0.85,
      measure: 'time',
      ours: rotations(program, { whole: false }),
      theirs: () => Promise.resolve({ seconds: idealSeconds, kilobytes: 0 }),
    },
    {
      work: `${bulk}, start and plan too / the ideal`,
      budget: null,
      measure: 'time',
      ours: rotations(program, { whole: true }),
      theirs: () => Promise.resolve({ seconds: idealSeconds, kilobytes: 0 }),
    },
  );
  for (const row of rows) await measure(row, rounds);
  const list = `"${process.execPath}" "${program}" sa list`;
  if (isInstalled('jq')) {
    const row = {
      work: "sa list -q '.[].id', 1,000 accounts / sa list --json | jq",
      budget: 1,
      measure: /** @type {const} */ ('time'),
      ours: shell(`${list} -q '.[].id'`, env(1000)),
      theirs: shell(`${list} --json | jq -r '.[].id'`, env(1000)),
    };
    await measure(row, rounds);
  } else {
    process.stdout.write("sa list -q '.[].id': not measured, because there is no jq on PATH to compare with\n");
  }
  for (const line of ['gh --version', 'kubectl version --client']) {
    if (!isInstalled(line.split(' ')[0] ?? '')) continue;
    const ours = shell(line, { HOME: home });
    await measure({ work: `${line} / node -e 0`, budget: null, measure: 'time', ours, theirs: nothing }, rounds);
  }
} finally {
  rmSync(home, { recursive: true });
  server.closeAllConnections();
  server.close();
}
