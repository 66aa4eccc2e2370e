import { Refusal } from './answers.ts';
import { hashToken, type AugmentState } from './state.ts';

/** A token that is revoked, or whose account is deleted, is refused as an unknown one is. @throws Refusal 401 */
export function requireToken({ accounts }: AugmentState, header: string | undefined): void {
  const token = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const hash = hashToken(token);
  const tokens = accounts.flatMap((account) => account.tokens);
  if (tokens.some((known) => known.hash === hash && known.revokedAt === null)) return;
  throw new Refusal(401, 'Missing or invalid API token');
}
