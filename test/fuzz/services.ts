import type { ProviderName } from '../../src/model/account.ts';
import type { Emulator } from '../../src/sandbox/emulator.ts';
import { createAugmentEmulator } from '../../src/sandbox/augment/app.ts';
import { seedAugment } from '../../src/sandbox/augment/seed.ts';
import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import { createRunaiVariant } from '../harness/runai-variants.ts';
import { now } from './context.ts';
import type { ServerScript } from './scenario.ts';
import { issuedSecret, secrets } from './secrets.ts';

export interface Services {
  readonly emulators: Readonly<Record<ProviderName, Emulator>>;
  /** Every credential that was issued, in order. */
  readonly issued: readonly string[];
  /** Access tokens in memory, which must never be shown. */
  readonly accessTokens: readonly string[];
}

/** The three services, whose administrators have the secrets of this test. */
export function startServices({ controlPlane, names }: ServerScript): Services {
  const issued: string[] = [];
  const accessTokens: string[] = [];
  function issuance(provider: ProviderName): string {
    const secret = issuedSecret(provider, issued.length);
    issued.push(secret);
    return secret;
  }
  return {
    emulators: {
      nscale: createNscaleEmulator({ state: nscaleState(names), now: () => now, newSecret: () => issuance('nscale') }),
      runai: createRunaiVariant({
        state: runaiState(names),
        now: () => now,
        controlPlane,
        newSecret: () => issuance('runai'),
        newToken: (_, token) => {
          accessTokens.push(token);
          return token;
        },
      }),
      augment: createAugmentEmulator({ state: augmentState(), now: () => now }),
    },
    issued,
    accessTokens,
  };
}

function nscaleState(names: readonly string[]): ReturnType<typeof seedNscale> {
  const state = seedNscale(now);
  for (const [at, name] of names.entries()) {
    // The first is left to those who rotate it.
    const account = state.accounts[at + 1];
    if (account !== undefined) account.name = name;
  }
  const [administrator, ...others] = state.users;
  if (administrator === undefined) return state;
  return { ...state, users: [{ ...administrator, tokenHash: hashSecret(secrets.nscale) }, ...others] };
}

function runaiState(names: readonly string[]): ReturnType<typeof seedRunai> {
  const state = seedRunai(now);
  const { clientId } = runaiSandboxClients.administrator;
  const accounts = state.accounts.map((account, at) =>
    account.clientId === clientId
      ? { ...account, secretHash: hashSecret(secrets.runai) }
      : { ...account, name: names[at - 8] ?? account.name },
  );
  return { ...state, accounts };
}

/** Both tokens of this test work: the caller's own and the one that is brought. */
function augmentState(): ReturnType<typeof seedAugment> {
  const state = seedAugment(now);
  const [account] = state.accounts;
  for (const value of [secrets.augment, secrets.supplied]) {
    account?.tokens.push({
      name: `fuzz-${value.slice(0, 3)}`,
      hash: hashSecret(value),
      createdAt: '2026-11-01T00:00:00.000Z',
      revokedAt: null,
    });
  }
  return state;
}
