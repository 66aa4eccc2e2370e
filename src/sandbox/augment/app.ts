import {
  createEmulator,
  Refusal,
  type Emulator,
  type EmulatorOptions,
  type RefusalStatus,
  type Service,
} from '../emulator.ts';
import { hashSecret } from '../records.ts';
import { dailyCounts, userActivity } from './activity.ts';
import type { AugmentState } from './state.ts';

interface AugmentDeployment extends EmulatorOptions<AugmentState> {
  /** Counts a request. @throws Refusal 429 */
  readonly takeTurn: () => void;
}

/** Only `InvalidArgument` is documented; the others are in its manner (docs/contracts/augment.md 4). */
const codes: Readonly<Record<RefusalStatus, string>> = {
  400: 'InvalidArgument',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  404: 'NotFound',
  409: 'AlreadyExists',
  429: 'ResourceExhausted',
  500: 'Internal',
  503: 'Unavailable',
};

/**
 * Augment's Analytics API as far as tokens and names of service accounts need it (docs/contracts/augment.md 4); changes
 * are made at the web console, which console.ts plays. The order of checks is: route, token, rate limit, parameters.
 */
export const augmentService: Service<AugmentDeployment, 'token', void> = {
  headers: {},
  messages: {
    401: 'Missing or invalid API token',
    404: 'Not found',
    429: 'Rate limit exceeded',
    500: 'Something went wrong',
    503: 'Try again later',
  },
  routes: [
    { method: 'GET', path: '/analytics/v0/dau-count', needs: 'token', handle: dailyCounts },
    { method: 'GET', path: '/analytics/v0/user-activity', needs: 'token', handle: userActivity },
  ],
  admit: ({ headers }, _, { state, takeTurn }) => {
    requireToken(state, headers.get('authorization'));
    takeTurn();
  },
  // A 429 does not say when to come back.
  problem: ({ status }, message) => ({ body: { error: { code: codes[status], message } } }),
};

export function createAugmentEmulator({ state, now }: EmulatorOptions<AugmentState>): Emulator {
  return createEmulator(augmentService, { state, now, takeTurn: rateLimit(now) });
}

/** A token that is revoked, or whose account is deleted, is refused as an unknown one is. @throws Refusal 401 */
function requireToken({ accounts }: AugmentState, header: string | null): void {
  const token = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const hash = hashSecret(token);
  const tokens = accounts.flatMap((account) => account.tokens);
  if (tokens.some((known) => known.hash === hash && known.revokedAt === null)) return;
  throw new Refusal(401);
}

const burst = 20;
const refillMs = 6000;

/** A bucket of 20 requests that gets one back every 6 seconds, for the whole organization (docs/contracts/augment.md 4). */
function rateLimit(now: () => number): () => void {
  let left = burst;
  let filledAt = now();
  return () => {
    const refills = Math.max(0, Math.floor((now() - filledAt) / refillMs));
    left = Math.min(burst, left + refills);
    filledAt += refills * refillMs;
    if (left === 0) throw new Refusal(429);
    left -= 1;
  };
}
