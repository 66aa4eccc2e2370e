// Prints how sactl compares with the least that the same work costs, as ratios of one run on one machine.
// Commands take turns, so that a machine that slows down slows both; the figure is the median of the pairs.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { serveFleet } from './bench/rotations.js';

const program = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const probe = fileURLToPath(new URL('bench/peak-memory.cjs', import.meta.url));
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 15);

/**
 * @typedef {{ seconds: number, kilobytes: number }} Cost
 * @typedef {{ work: string, budget: number, measure: 'time' | 'memory', ours: () => Promise<Cost>, theirs: () => Promise<Cost> }} Row
 */

const organization = 'a1b2c3d4-0000-4000-8000-000000000001';

/** @param {number} count */
function accounts(count) {
  return Array.from({ length: count }, (_, index) => ({
    metadata: {
      id: `b0000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      name: `account-${index}`,
      description: 'An account that only exists to be counted',
      organizationId: organization,
      creationTime: '2026-09-01T08:00:00Z',
      createdBy: 'bench@example.com',
      provisioningStatus: 'provisioned',
      healthStatus: 'healthy',
      tags: [{ name: 'team', value: 'infra' }],
    },
    spec: { groupIDs: ['c0000000-0000-4000-8000-000000000001'] },
    status: { expiry: '2027-11-30T08:00:00Z' },
  }));
}

const fleet = { accounts: 500, delayMs: 50, concurrency: 16 };

/** The least time that as many calls take where so many are made at once. */
const idealSeconds = (fleet.accounts * fleet.delayMs) / fleet.concurrency / 1000;

/**
 * Rotates a fleet of three providers into files; costs what passes between the first rotation's arrival at the server and
 * the last one's answer, or with `whole` all of the run.
 * @param {{ whole: boolean }} options
 * @returns {() => Promise<Cost>}
 */
function rotations({ whole }) {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sactl-bench-'));
    const out = join(folder, 'out');
    mkdirSync(out);
    const { environment, seconds, close } = await serveFleet(fleet);
    try {
      const words = `sa rotate --provider all --all --yes --no-verify --quiet --json --concurrency ${fleet.concurrency}`;
      const command = [program, ...words.split(' '), '--to', `file:${out}/{name}`];
      const cost = await measured(command, {
        ...environment,
        HOME: folder,
        SACTL_STATE_DIR: join(folder, 'state'),
      })();
      const written = readdirSync(out).length;
      if (written !== fleet.accounts) throw new Error(`${written} accounts were rotated`);
      return whole ? cost : { ...cost, seconds: seconds() };
    } finally {
      close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Serves lists of 1, 1,000 and 10,000 accounts under /1, /1000 and /10000. */
async function serve() {
  const lists = new Map(
    [1, 1000, 10_000].map((count) => [`/${count}`, JSON.stringify(accounts(count))]),
  );
  const server = createServer((request, response) => {
    const [prefix] = /^\/\d+/.exec(request.url ?? '') ?? [''];
    response.setHeader('content-type', 'application/json');
    response.end(lists.get(prefix) ?? '[]');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

const bareList = `fetch(process.argv[1]).then(r => r.json()).then(v => process.stdout.write(JSON.stringify(v, null, 2) + '\\n'))`;

/**
 * @param {readonly string[]} command
 * @param {Record<string, string>} [env]
 * @returns {() => Promise<Cost>}
 */
function measured(command, env = {}) {
  return () =>
    new Promise((resolve, reject) => {
      const started = process.hrtime.bigint();
      const child = spawn(process.execPath, ['--require', probe, ...command], {
        env: { PATH: process.env['PATH'] ?? '', ...env },
        stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      });
      let kilobytes = 0;
      child.stdout?.resume();
      child.stdio[3]?.on('data', (data) => (kilobytes = Number(data)));
      child.on('error', reject);
      child.on('close', () => {
        resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, kilobytes });
      });
    });
}

/** @param {string} line @param {Record<string, string>} env @returns {() => Promise<Cost>} */
function shell(line, env) {
  return () =>
    new Promise((resolve, reject) => {
      const started = process.hrtime.bigint();
      const child = spawn('sh', ['-c', line], {
        env: { PATH: process.env['PATH'] ?? '', ...env },
        stdio: 'ignore',
      });
      child.on('error', reject);
      child.on('close', () => {
        resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, kilobytes: 0 });
      });
    });
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** @param {Row} row */
async function measure({ work, budget, measure: kind, ours, theirs }) {
  const ratios = [];
  for (let round = -1; round < rounds; round += 1) {
    const [a, b] = [await ours(), await theirs()];
    if (round >= 0)
      ratios.push(kind === 'time' ? a.seconds / b.seconds : a.kilobytes / b.kilobytes);
  }
  const ratio = median(ratios);
  const verdict = ratio <= budget ? 'within' : 'OVER';
  const bound =
    budget === Number.POSITIVE_INFINITY ? '' : `budget ${budget.toFixed(2)} x   ${verdict}`;
  const range = `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`;
  process.stdout.write(
    `${work.padEnd(68)} ${ratio.toFixed(2).padStart(5)} x   (${range})   ${bound}\n`,
  );
}

// A reader that has seen enough, such as head, ends the bench.
process.stdout.on('error', () => process.exit());

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

const { server, url } = await serve();
const home = makeHome();
try {
  process.stdout.write(
    `Node ${process.versions.node}, ${rounds} rounds, medians of ours / theirs\n\n`,
  );
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
    return measured([
      '-e',
      bareList,
      `${url}/${count}/api/v1/organizations/${organization}/serviceaccounts`,
    ]);
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
    {
      work: '--help / node -e 0',
      budget: 1.5,
      measure: 'time',
      ours: measured([program, '--help']),
      theirs: nothing,
    },
    {
      work: 'a usage error / node -e 0',
      budget: 1.5,
      measure: 'time',
      ours: measured([program, 'sa', 'list', '--nope']),
      theirs: nothing,
    },
    {
      work: 'sa list, 1 account / bare fetch script',
      budget: 1.3,
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
      ours: rotations({ whole: false }),
      theirs: () => Promise.resolve({ seconds: idealSeconds, kilobytes: 0 }),
    },
    {
      work: `${bulk}, start and plan too / the ideal`,
      budget: Number.POSITIVE_INFINITY,
      measure: 'time',
      ours: rotations({ whole: true }),
      theirs: () => Promise.resolve({ seconds: idealSeconds, kilobytes: 0 }),
    },
  );
  for (const row of rows) await measure(row);
  const list = `"${process.execPath}" "${program}" sa list`;
  if (spawnSync('jq', ['--version']).status === 0) {
    await measure({
      work: "sa list -q '.[].id', 1,000 accounts / sa list --json | jq",
      budget: 1,
      measure: 'time',
      ours: shell(`${list} -q '.[].id'`, env(1000)),
      theirs: shell(`${list} --json | jq -r '.[].id'`, env(1000)),
    });
  } else {
    process.stdout.write(
      "sa list -q '.[].id': not measured, because there is no jq on PATH to compare with\n",
    );
  }
} finally {
  rmSync(home, { recursive: true });
  server.closeAllConnections();
  server.close();
}
