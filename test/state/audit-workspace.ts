import type { AuditFact } from '../../src/state/audit-event.ts';
import { openAuditLog, type AuditLog, type AuditLogOptions } from '../../src/state/audit-log.ts';
import { testContext, type TestContextOptions } from '../harness/context.ts';
import { freshStateDirectory } from '../harness/state.ts';

/** What an account's update came to. */
export const fact: AuditFact = {
  operation: 'update',
  exitCode: 0,
  connection: {
    provider: 'nscale',
    profile: 'prod',
    endpoint: 'https://identity.example',
    isSandbox: false,
    credentialSource: 'file ~/token',
  },
  account: { id: 'id-1', name: 'ci', organization: 'org-1' },
};

/** What a log needs to be opened. */
export function logOptions(options: TestContextOptions & { readonly stateDirectory?: string } = {}): AuditLogOptions {
  const { stateDirectory = freshStateDirectory(), ...context } = options;
  return { ...testContext(context).ctx, stateDirectory };
}

export function logOf(options: Parameters<typeof logOptions>[0] = {}): AuditLog {
  return openAuditLog(logOptions(options));
}
