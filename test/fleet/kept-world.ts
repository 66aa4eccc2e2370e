import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { IssuingProvider } from '../harness/providers.ts';
import type { Outcome } from '../harness/run.ts';
import { entriesIn } from '../outcomes/observe.ts';
import { itemsOf, verdictOf } from './agreement.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

export const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--json'];
/** What `rotate` does every night. */
export const due: Readonly<Record<IssuingProvider, readonly string[]>> = {
  nscale: ['--expiring-within', '14d'],
  runai: ['--older-than', '60d', '--age-from', 'createdAt'],
};
export const nightly = [...rotate, ...due.nscale];
export const id = 'c0000000-0000-4000-8000-000000000001';

interface Left {
  readonly provider?: IssuingProvider;
  /** Stands between the program and the provider. */
  readonly answer?: (request: Request) => Response | null;
}

interface KeptWorld extends World {
  /** Takes the folder of the targets away at the next request that changes something. */
  readonly takeFolder: () => void;
  readonly giveBack: () => void;
  readonly token: () => string;
}

/** A folder that goes away in the middle of a run. */
export function worldOf({ provider = 'nscale', answer = () => null }: Left = {}): KeptWorld {
  let isTaken = false;
  const world = createWorld({
    providers: [provider],
    accounts: 1,
    network: (fetch) => (input, init) => {
      const request = new Request(input, init);
      if (isMutation(request) && isTaken) {
        isTaken = false;
        renameSync(join(world.folder, 'tokens'), join(world.folder, 'gone'));
      }
      const given = answer(request);
      return given === null ? fetch(request) : Promise.resolve(given);
    },
  });
  return {
    ...world,
    takeFolder: () => {
      isTaken = true;
    },
    giveBack: () => renameSync(join(world.folder, 'gone'), join(world.folder, 'tokens')),
    token: () => readFileSync(join(world.folder, `tokens/${provider}-app-001`), 'utf8'),
  };
}

/** The one account's new credential found the folder of its target gone. */
export async function withKept(left: Left = {}): Promise<KeptWorld> {
  const world = worldOf(left);
  world.takeFolder();
  const run = await world.run([...rotate, ...due[left.provider ?? 'nscale']]);
  expect({ code: run.code, entries: entriesIn(world.stateDirectory).length }).toEqual({ code: 8, entries: 1 });
  return world;
}

export async function withFolderBack(left: Left = {}): Promise<KeptWorld> {
  const world = await withKept(left);
  world.giveBack();
  return world;
}

/** What is said of the one account. */
export function verdicts(run: Outcome): readonly string[] {
  return itemsOf(run)
    .filter(({ name }) => name === 'app-001')
    .map(verdictOf);
}

/** What is on stderr, but for what a list of one account makes nscale say. */
export function said({ stderr }: Outcome): string {
  return stderr.replace(/^sactl: this list may be incomplete: .*\n/, '');
}

/** Whether a request tries a credential that was issued. */
export function isTrial({ url, headers }: Request): boolean {
  return url.endsWith('/organizations') && (headers.get('authorization') ?? '').includes('issued.');
}
