import { randomBytes, randomUUID } from 'node:crypto';

import { createEmulator, type Emulator, type EmulatorOptions, type Service } from '../emulator.ts';
import { requirePermission, requireSomeRule } from './permissions.ts';
import { routesOf, type RunaiNeeds } from './routes.ts';
import type { RunaiDeployment, RunaiState } from './state.ts';
import { callerOf } from './tokens.ts';
import { defaultControlPlane, type ControlPlane } from './versions.ts';

/**
 * Run:ai's control plane as far as service accounts need it (docs/contracts/runai.md). The order of checks is: route,
 * token, permission, body, existence.
 */
export function runaiService(controlPlane: ControlPlane): Service<RunaiDeployment, RunaiNeeds, string> {
  return { ...common, routes: routesOf(controlPlane) };
}

const common: Omit<Service<RunaiDeployment, RunaiNeeds, string>, 'routes'> = {
  headers: {},
  // In the manner of the specification's examples (docs/contracts/runai.md 4).
  messages: {
    401: 'Issuer is not familiar',
    404: 'Resource not found',
    429: 'Too many requests',
    500: 'Something went wrong',
    503: 'Try again later',
  },
  admit: ({ headers }, needs, deployment) => {
    if (needs === 'nothing') return '';
    const caller = callerOf(deployment.signIns, headers.get('authorization'), deployment.now());
    if (needs === 'some rule') requireSomeRule(deployment, caller);
    else if (needs !== 'token') requirePermission(deployment, caller, needs);
    return caller;
  },
  problem: ({ status, code }, message) => ({
    body: code === null ? { code: status, message } : { error: code, error_description: message },
  }),
};

export interface RunaiOptions extends EmulatorOptions<RunaiState> {
  /** Default: the sandbox's. */
  readonly controlPlane?: ControlPlane | undefined;
}

export function createRunaiEmulator(options: RunaiOptions): Emulator {
  const { state, now, save, controlPlane = defaultControlPlane } = options;
  const { newId = randomUUID, newSecret = () => randomBytes(24).toString('base64url') } = options;
  const deployment = { state, now, newId, newSecret, controlPlane, signIns: new Map() };
  return createEmulator(runaiService(controlPlane), deployment, save);
}
