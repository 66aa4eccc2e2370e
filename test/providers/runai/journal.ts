import type { TestContextOptions } from '../../harness/context.ts';
import type { RunaiDeployment } from '../../harness/runai.ts';

/** Operation, account and state of every entry in the journal, the oldest first. */
export async function journalOf({
  run,
}: Pick<RunaiDeployment, 'run'>): Promise<readonly (readonly (string | null)[])[]> {
  const filter = '[.[] | [.operation, .accountId, .state]]';
  const { stdout } = await run(['recover', 'list', '-q', filter]);
  return JSON.parse(stdout) as readonly (readonly (string | null)[])[];
}

/** For a run after others: it is another process, so that its entries have other names. */
export const laterRun: TestContextOptions = {
  self: { pid: 4712, host: 'test-host', isRunning: (pid) => pid === 4712 },
};
