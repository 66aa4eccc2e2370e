import { safeText } from '../model/text.ts';

/** An error's message: `cannot list service accounts: nscale answered 503`. */
export function cannot(purpose: string, what: string): string {
  return safeText(`cannot ${purpose}: ${what}`, 1000);
}
