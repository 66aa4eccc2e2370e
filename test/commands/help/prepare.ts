import { expect } from 'vitest';

import type { World } from './world.ts';

/** Examples that cannot be run in a sandbox: it has no profiles and none is set up there, a server does not end by itself, a hold ends with its run, and there is no store. */
export const elsewhere = /--profile |sandbox serve|state (?:unlock|migrate)|config init/;

const issuance = 'sactl sandbox console augment issue --account ci-reviewer --token';

/** What was done on the machine before such an example, in this order. */
const preparations: readonly (readonly [example: RegExp, lines: readonly string[]])[] = [
  [
    / tokens | (?:rotate|delete) --provider augment/,
    [
      `${issuance} nightly-1 | sactl sa create --provider augment --name ci-reviewer --token nightly-1 --stdin --to session:~/.augment/session.json`,
    ],
  ],
  [
    / tokens (?:list|revoke|restore)/,
    [
      `${issuance} nightly-2 | sactl sa rotate --provider augment --id ci-reviewer --token nightly-2 --stdin --to session:~/.augment/session.json --yes`,
    ],
  ],
  [/session\.json| tokens create/, [`${issuance} nightly-3 > session.json`]],
  [/ tokens revoke/, ['sactl sandbox console augment revoke --account ci-reviewer --token nightly-1']],
  [
    / config (?:get|set|unset) /,
    [
      "sactl config set profiles.prod '{provider: nscale, org: acme, credential: {env: TOKEN}}'",
      'sactl config set profile prod',
    ],
  ],
  [/ delete .*--done/, ['sactl sandbox console augment delete --account ci-reviewer']],
];

/** Does what has to be done on a machine before an example can be run there. */
export async function prepare(world: World, example: string): Promise<void> {
  const entry =
    / recover \w+ --id (\w+)/.exec(example)?.[1] ?? (/ state show --id/.test(example) ? '4f1c09d2' : undefined);
  if (entry !== undefined) await world.keep('sactl sa rotate --id ci-deploy --yes --json', entry);
  if (example.includes(' recover open')) await world.log('sactl sa rotate --id ci-deploy --yes --json', 'job.log');
  for (const line of preparations.flatMap(([like, lines]) => (like.test(example) ? lines : []))) {
    expect(await failure(world, line)).toBeNull();
  }
}

/** What a line printed on stderr when it failed; null when it did not. */
export async function failure(world: World, line: string): Promise<string | null> {
  const { code, stderr } = await world.run(line);
  return code === 0 ? null : `exit ${code}: ${stderr}`;
}
