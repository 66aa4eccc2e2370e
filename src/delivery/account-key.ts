import type { EntryConnection } from '../state/intent.ts';

/** What tells an account from all others of all connections: of one that is being created, its name. */
export function accountKey(
  { provider, endpoint, organization }: EntryConnection,
  { id, name }: { readonly id: string | null; readonly name: string },
): readonly string[] {
  return [provider, endpoint, organization ?? '', id ?? `name:${name}`];
}
