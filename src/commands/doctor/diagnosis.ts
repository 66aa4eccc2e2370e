import type { Finding } from '../../providers/provider.ts';

/** What one look at one thing showed. */
export interface Result extends Omit<Finding, 'level'> {
  readonly level: Finding['level'] | 'ok';
}

/** A result with the connection it is about; both null for what concerns the machine. The keys are those of `--json`. */
export interface Diagnosis extends Result {
  readonly provider: string | null;
  readonly profile: string | null;
}

/** The results as they print, of one connection or of the machine. */
export function about(
  { provider, profile }: Pick<Diagnosis, 'provider' | 'profile'>,
  results: readonly Result[],
): readonly Diagnosis[] {
  return results.map(({ level, check, message, hint }) => ({
    provider,
    profile,
    level,
    check,
    message,
    hint,
  }));
}

export function ok(check: string, message: string): Result {
  return { check, level: 'ok', message, hint: null };
}

export function warning(check: string, message: string, hint: string | null = null): Result {
  return { check, level: 'warning', message, hint };
}

export function failure(check: string, message: string, hint: string | null = null): Result {
  return { check, level: 'error', message, hint };
}
