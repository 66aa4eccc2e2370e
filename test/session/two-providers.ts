import { join } from 'node:path';

import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { testNow, type TestContextOptions } from '../harness/context.ts';
import { run, type Outcome } from '../harness/run.ts';
import { workFolder } from '../commands/support.ts';

export const { clientId, clientSecret } = runaiSandboxClients.administrator;
export const nscaleHost = 'identity.nks.europe-west4.nscale.com';
export const runaiHost = 'runai.example.com';

/** Unlike the emulator's own, part of no other name. */
export const nscaleToken = 'token-of-nscale-only';

export const both = {
  NSCALE_SERVICE_TOKEN: nscaleToken,
  RUNAI_BASE_URL: `https://${runaiHost}/`,
  RUNAI_CLIENT_ID: clientId,
  RUNAI_CLIENT_SECRET: clientSecret,
};

interface Traffic extends Outcome {
  /** Host, and everything that went there: address, headers and body. */
  readonly sent: readonly { readonly host: string; readonly text: string }[];
}

/** Runs a command where both providers answer, and keeps what each was sent. */
export async function watch(
  argv: readonly string[],
  env: Record<string, string>,
  terminal: Pick<TestContextOptions, 'terminal' | 'prompt' | 'cwd'> = {},
): Promise<Traffic> {
  const emulators = new Map([
    [nscaleHost, createNscaleEmulator({ now: () => testNow, state: seedNscale(testNow) })],
    [runaiHost, createRunaiEmulator({ now: () => testNow, state: seedRunai(testNow) })],
  ]);
  const sent: { host: string; text: string }[] = [];
  const outcome = await run(argv, {
    ...terminal,
    env,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { host } = new URL(request.url);
      const headers = JSON.stringify([...request.headers]);
      sent.push({ host, text: `${request.url}\n${headers}\n${await request.clone().text()}` });
      if (request.headers.get('authorization') === `Bearer ${nscaleToken}`) {
        request.headers.set('authorization', `Bearer ${sandboxTokens.administrator}`);
      }
      const emulator = emulators.get(host);
      return emulator === undefined ? Response.error() : emulator.fetch(request);
    },
  });
  return { ...outcome, sent };
}

/** The environment with a user's configuration file that holds this. */
export async function userConfiguration(content: unknown): Promise<Record<string, string>> {
  const folder = await workFolder({ 'config.json': JSON.stringify(content) });
  return { SACTL_CONFIG: join(folder, 'config.json') };
}
