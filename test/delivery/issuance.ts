import { hintText } from '../../src/model/hint.ts';
import { openAuditLog } from '../../src/state/audit-log.ts';
import type { Context } from '../../src/context.ts';
import { openMasker } from '../../src/delivery/mask.ts';
import type { Issuance } from '../../src/delivery/issuance.ts';
import { runIssuance } from '../../src/delivery/run-issuance.ts';
import { CliError, InterruptedError } from '../../src/errors.ts';
import { openAccountLocks } from '../../src/state/account-lock.ts';
import { prepareRenderer } from '../../src/output/renderer.ts';
import { testContext, type TestContext } from '../harness/context.ts';
import { answers, secondSecret, secret } from './answers.ts';
import { contextOf, planOf, remoteOf, targetOf } from './fakes.ts';
import { entriesLeft, faultyJournal, type Left } from './faulty-journal.ts';
import { inTurn, type Script } from './script.ts';

export const entryId = 'e0000000-0000-4000-8000-000000000001';

/** An issue that is ready to be done, and what it leaves behind. */
export interface World {
  readonly test: TestContext;
  readonly ctx: Context;
  readonly issuance: Issuance;
  /** Everything that happened, in order, e.g. `ask rotate`, `look`, `wait 2500`, `try`, `deliver file:a`, `print`. */
  readonly steps: readonly string[];
  readonly notes: readonly string[];
  readonly left: () => Promise<readonly Left[]>;
}

/** Everything that can be seen of an issue from outside. */
export interface Ended {
  readonly error: Failure | null;
  readonly stdout: string;
  readonly notes: readonly string[];
  readonly steps: readonly string[];
  readonly left: readonly Left[];
}

export interface Failure {
  readonly code: string;
  readonly exit: number;
  readonly message: string;
  readonly hint: string | null;
}

/** Issues the credential as the script has it. */
export async function issuance(script: Script = {}): Promise<Ended> {
  const world = await worldOf(script);
  const error = await failureOf(() => runIssuance(world.ctx, world.issuance));
  const { test, notes, steps } = world;
  return { error, stdout: test.stdout(), notes, steps, left: await world.left() };
}

/** The error as the user meets it. Anything but a CliError goes on. */
export async function failureOf(work: () => Promise<unknown>): Promise<Failure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { code, exitCode, message, hint } = error;
    return { code, exit: exitCode, message, hint: hint === null ? null : hintText(hint) };
  }
}

export async function worldOf(script: Script = {}): Promise<World> {
  const steps: string[] = [];
  const notes: string[] = [];
  const controller = new AbortController();
  function happen(step: string): void {
    steps.push(step);
    script.onStep?.(step);
    if (step === script.interruptAt) controller.abort(new InterruptedError());
  }
  const test = testContext({ signal: controller.signal, ...script.context });
  const ctx = contextOf(test, script, happen);
  const { keepsSecret = true } = script.preferences ?? {};
  const journal = { ...ctx, stateDirectory: ctx.env['SACTL_STATE_DIR'] ?? '', keepsSecrets: keepsSecret };
  const askInTurn = inTurn(script.answers ?? [answers(secret), answers(secondSecret)], answers(secret));
  return {
    test,
    ctx,
    steps,
    notes,
    left: () => entriesLeft(journal),
    issuance: {
      id: entryId,
      operation: script.operation ?? 'rotate',
      plan: planOf(script, { happen, askInTurn, operation: script.operation ?? 'rotate' }),
      renderer: await prepareRenderer(ctx, script.output ?? { query: ['.credential.value'] }),
      targets: (script.targets ?? []).map((target) => targetOf(target, happen)),
      preferences: { verify: true, reissue: true, keepsSecret: true, allowSelf: false, ...script.preferences },
      capsule: null,
      journal: faultyJournal(journal, { faults: new Set(script.journalFaults), log: happen }),
      audit: openAuditLog(journal),
      credentialSource: 'environment variable NSCALE_SERVICE_TOKEN',
      connection: {
        provider: 'nscale',
        profile: 'prod',
        endpoint: 'https://identity.example',
        organization: 'org-1',
        isSandbox: false,
        caFile: null,
      },
      locks: openAccountLocks(journal),
      checkUnchanged: script.checkUnchanged ?? (() => Promise.resolve()),
      remote: remoteOf(script, { happen, askInTurn }),
      choose: script.choose ?? null,
      mask: openMasker(ctx, (text) => {
        notes.push(text);
        return Promise.resolve();
      }),
      report: (text) => {
        notes.push(text);
        return Promise.resolve();
      },
    },
  };
}
