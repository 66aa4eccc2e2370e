import { expect, test } from 'vitest';

import { runIn } from '../harness/run.ts';
import { recipient } from '../harness/stores.ts';
import { engineContext } from './context.ts';

export interface CheckedEngine {
  /** What names the store, and opens it. */
  readonly env: Record<string, string>;
  readonly store: RegExp;
  /** What must not be printed. */
  readonly secret: string;
}

/** `state init` and `state check` on a real engine, which print how long its verbs take. */
export function describeCheck(engine: () => CheckedEngine): void {
  test('state check finds nothing wrong with it', { timeout: 120_000 }, async () => {
    const { env, store, secret } = engine();
    const context = engineContext({ ...env, SACTL_STATE_RECIPIENTS: recipient });
    expect(await runIn(context, ['state', 'init', '--quiet'])).toMatchObject({ code: 0, stderr: '' });
    const checked = engineContext({ ...env, SACTL_STATE_RECIPIENTS: recipient });
    const { code, stdout, stderr } = await runIn(checked, ['state', 'check', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = JSON.parse(stdout) as {
      store: string;
      ok: boolean;
      checks: { check: string; milliseconds: number }[];
    };
    expect(found.ok).toBe(true);
    expect(found.store).toMatch(store);
    expect(`${stdout}${stderr}`).not.toContain(secret);
    process.stdout.write(
      `${found.checks.map(({ check, milliseconds }) => `${check} ${String(milliseconds)} ms`).join(', ')}\n`,
    );
  });
}
