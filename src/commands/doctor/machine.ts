import type { ConfigurationReading } from '../../config/configuration.ts';
import type { Context } from '../../context.ts';
import { oldestNode } from '../../version.ts';
import { sandboxDirectory } from '../../session/sandbox-state.ts';
import { examineConfiguration } from './configuration.ts';
import { about, failure, ok, type Diagnosis, type Result } from './diagnosis.ts';
import { examinePermissions } from './permissions.ts';
import { examineState } from './state.ts';

/** What concerns all connections. */
export async function examineMachine(ctx: Context, reading: ConfigurationReading): Promise<readonly Diagnosis[]> {
  const { files, sandbox, stateDirectory: own } = reading.configuration;
  const stateDirectory = sandbox.value ? sandboxDirectory(own.value) : own.value;
  // Before the journal is looked at, which takes rights of others away.
  const permissions = await examinePermissions(ctx, { userFile: files.user, stateDirectory });
  const results = [
    examineNode(ctx),
    ...examineConfiguration(ctx, reading),
    ...permissions,
    ...(await examineState({ ...ctx, stateDirectory }, { isSandbox: sandbox.value })),
  ];
  return about({ provider: null, profile: null }, results);
}

function examineNode({ nodeVersion }: Pick<Context, 'nodeVersion'>): Result {
  const isOld = nodeVersion.localeCompare(oldestNode, 'en', { numeric: true }) < 0;
  return isOld
    ? failure('node', `this is Node.js ${nodeVersion}`, `install Node.js ${oldestNode} or newer`)
    : ok('node', `Node.js ${nodeVersion}`);
}
