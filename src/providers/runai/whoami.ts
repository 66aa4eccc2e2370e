import { payloads } from '../payload.ts';
import type { Identity } from '../provider.ts';
import type { Connection } from './connection.ts';
import { isForbidden } from './permission.ts';
import { Permission } from './schema.ts';

/** Run:ai has no "me": permissions show that the credential works, the client id says who it is (contracts/runai.md 10). */
export async function whoami({ api }: Connection, clientId: string | null): Promise<Identity> {
  const permissions = await api
    .read('/api/v1/authorization/permissions', 'read your permissions', payloads(Permission))
    .catch((error: unknown) => {
      // A fresh account without access rules is known, and allowed nothing (contracts/runai.md 15.9).
      if (isForbidden(error)) return [];
      throw error;
    });
  return {
    subject: clientId ?? 'unknown',
    kind: clientId === null ? 'unknown' : 'service-account',
    organizations: [],
    permissions: permissions.map(({ wire }) => `${wire.resourceType}: ${wire.actions.join(', ')}`).toSorted(),
  };
}
