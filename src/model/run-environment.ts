import type { Context, Environment } from '../context.ts';

/** Whether a person can answer: all three streams are terminals, and this is not CI (docs/design.md 1). */
export function isTerminal(ctx: Context): boolean {
  return ctx.stdin.isTTY && ctx.stdout.isTTY && ctx.stderr.isTTY && !isCI(ctx.env);
}

/** Whether `CI` is set to anything but `0` or `false`. */
export function isCI(env: Environment): boolean {
  const value = (env['CI'] ?? '').trim().toLowerCase();
  return value !== '' && value !== '0' && value !== 'false';
}

/** Whether the environment asks for the sandbox, as `--sandbox` does. */
export function isSandboxOn(env: Environment): boolean {
  return /^\s*(?:1|true)\s*$/.test(env['SACTL_SANDBOX'] ?? '');
}
