// What is measured, what it is compared with, and what it may cost: docs/design.md 10 is made from this table.

/**
 * @typedef {'time' | 'rotating' | 'memory'} Unit `time` is of the whole command, `rotating` of its requests that rotate, both
 *   in seconds; `memory` is its peak, in kilobytes
 * @typedef {Partial<Record<Unit, number | null>>} Most so many times what it is compared with; null is measured without a
 *   budget
 */

/**
 * @typedef {object} Comparison
 * @property {string} name `--only` finds it by this or a part of it
 * @property {string} work in Markdown
 * @property {string} than in Markdown
 * @property {Most} most
 * @property {Most} [mostOnNode20] instead of `most`
 * @property {string} [growsFrom] the name of a smaller one of the same kind
 * @property {Most} [growth] so many times the ratio of the smaller one
 * @property {string} [needs] a program; where it is not on PATH, nothing is measured
 * @property {number} [starts] so many starts of each side make a round, and the fastest counts
 * @property {number} [rounds] not more, because they take long
 */

/** @type {readonly Unit[]} */
const units = ['time', 'rotating', 'memory'];

const nothing = '`node -e 0`';
const fleetOf500 = 'rotation of 500 accounts, 50 ms a call, `--concurrency 16 --no-verify`';
const ideal = '500 x 50 ms / 16';
const bareScript = 'a bare script that fetches and prints the list';

/** So many starts make a round where one takes a tenth of a second: on a busy machine a single one says little. */
const starts = 5;

/** @type {readonly Comparison[]} */
export const comparisons = [
  { name: 'version', work: '`sactl --version`', than: nothing, most: { time: 1.15 }, starts },
  { name: 'completion', work: '`sactl completion bash`', than: nothing, most: { time: 1.15 }, starts },
  { name: 'profiles', work: 'the names of profiles, at a Tab', than: nothing, most: { time: 1.25 }, starts },
  { name: 'help', work: '`sactl --help`', than: nothing, most: { time: 1.3 }, starts },
  { name: 'help-verb', work: '`sa rotate --help`', than: nothing, most: { time: 1.3 }, starts },
  { name: 'usage-error', work: 'a usage error, `sa list --nope`', than: nothing, most: { time: 1.3 }, starts },
  { name: 'misspelt', work: 'a misspelt command, `sa lst`', than: nothing, most: { time: 1.3 }, starts },
  { name: 'gh', work: '`gh --version`', than: nothing, most: { time: null }, starts, needs: 'gh' },
  {
    name: 'kubectl',
    work: '`kubectl version --client`',
    than: nothing,
    most: { time: null },
    starts,
    needs: 'kubectl',
  },
  {
    name: 'list-1',
    work: '`sa list --json`, one account',
    than: bareScript,
    most: { time: 1.2 },
    // The start of Node 20 is slower, and its fetch, which V8 optimises for 100 ms, slower still.
    mostOnNode20: { time: 0.8 },
    starts,
  },
  {
    name: 'query-1000',
    work: "`sa list -q '.[].id'`, 1,000 accounts",
    than: "`sa list --json` piped to `jq -r '.[].id'`",
    most: { time: 0.8 },
    needs: 'jq',
  },
  { name: 'list-10000', work: '`sa list --json`, 10,000 accounts', than: bareScript, most: { time: 1.5, memory: 1.2 } },
  {
    name: 'list-40000',
    work: '`sa list --json`, 40,000 accounts',
    than: bareScript,
    most: { time: 1.5, memory: 1.2 },
    growsFrom: 'list-10000',
    growth: { time: 1.1, memory: 1.1 },
  },
  {
    name: 'query-40000',
    work: '`sa list -q \'.[] | select(.status=="active") | .id\'`, 40,000 accounts',
    than: bareScript,
    most: { time: null, memory: 1.2 },
  },
  {
    name: 'query-whole-40000',
    work: "`sa list -q 'map(.name)|sort|length'`, 40,000 accounts",
    than: bareScript,
    most: { time: null, memory: null },
  },
  {
    name: 'csv-40000',
    work: '`sa list --format csv`, 40,000 accounts',
    than: bareScript,
    most: { time: 1.5, memory: 1.2 },
  },
  {
    name: 'head-40000',
    work: '`sa list --format ndjson | head -1`, 40,000 accounts',
    than: bareScript,
    most: { time: 1, memory: 1.2 },
  },
  { name: 'fleet-500', work: fleetOf500, than: ideal, most: { rotating: 1.12, time: 1.3 } },
  {
    name: 'fleet-500-script',
    work: fleetOf500,
    than: 'a bare script that lists them, asks for as many at once, and writes each credential durably',
    most: { rotating: 1, time: 1.1 },
  },
  {
    name: 'fleet-500-store',
    work: `${fleetOf500}, with a state store that answers in 20 ms`,
    than: ideal,
    most: { time: 1.6 },
  },
  {
    name: 'fleet-5000',
    work: 'rotation of 5,000 accounts, 1 ms a call',
    than: 'the same of 500',
    most: { memory: 1.2 },
    rounds: 6,
  },
];

/**
 * The one of that name, or those whose names have the word in them; and those which these grow from.
 * @param {string} word
 */
export function chosenBy(word) {
  const named = comparisons.filter(({ name }) => name === word);
  const chosen = named.length > 0 ? named : comparisons.filter(({ name }) => name.includes(word));
  const smaller = new Set(chosen.map(({ growsFrom }) => growsFrom));
  return comparisons.filter((comparison) => chosen.includes(comparison) || smaller.has(comparison.name));
}

/**
 * @param {Comparison} comparison
 * @param {string} nodeVersion e.g. `20.19.0`
 * @returns {Most}
 */
export function mostOf({ most, mostOnNode20 }, nodeVersion) {
  return nodeVersion.startsWith('20.') ? (mostOnNode20 ?? most) : most;
}

/** @param {Most} most @returns {readonly { unit: Unit, budget: number | null }[]} */
export function budgetsIn(most) {
  return units.flatMap((unit) => {
    const budget = most[unit];
    return budget === undefined ? [] : [{ unit, budget }];
  });
}

/** @param {string} markdown */
export function plainText(markdown) {
  return markdown.replaceAll('`', '');
}

/** @param {Most} most */
function mostText(most) {
  return budgetsIn(most)
    .flatMap(({ unit, budget }) => (budget === null ? [] : [`${unit} ${budget} x`]))
    .join(', ');
}

/** The table of docs/design.md 10: its head and its rows. */
export const budgetTable = {
  head: ['name', 'work', 'compared with', 'at most'],
  rows: comparisons.map(({ name, work, than, most, mostOnNode20 = {}, growsFrom, growth = {} }) => {
    const parts = [
      ['', mostText(most)],
      ['on Node 20 ', mostText(mostOnNode20)],
      [`of the ratios of \`${growsFrom}\`: `, mostText(growth)],
    ];
    const said = parts.flatMap(([before, factors]) => (factors === '' ? [] : [`${before}${factors}`]));
    return [`\`${name}\``, work, than, said.join('; ') || 'for comparison'];
  }),
};
