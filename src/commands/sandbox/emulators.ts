import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { stateDirectory } from '../../config/directories.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { hintText, sactl, type CommandLine } from '../../model/hint.ts';
import { providerNames, type ProviderName } from '../../model/account.ts';
import { shellWord } from '../../model/text.ts';
import { environments } from '../../providers/registry.ts';
import { sandboxProviders } from '../../sandbox/providers.ts';
import { writeOutput } from '../../output/emit.ts';
import { printFault, type Fault } from '../../sandbox/faults/fault.ts';
import { parseFaults } from '../../sandbox/faults/parse.ts';
import { resetSandbox, serveSandbox, type SandboxServer } from '../../sandbox/sandbox.ts';
import type { ControlPlane } from '../../sandbox/runai/versions.ts';
import { gather, throwGathered } from '../../session/check.ts';
import type { Invocation } from '../../session/invocation.ts';
import { note } from '../../session/note.ts';
import { sandboxDirectory } from '../../session/sandbox-state.ts';

/** The values of its flags. */
interface ServeFlags {
  readonly port?: string | undefined;
  readonly fault?: readonly string[] | undefined;
  readonly controlPlane?: ControlPlane | undefined;
}

/** What `sandbox serve` does, until it is interrupted. */
export async function serveEmulators(
  { ctx, common }: Invocation,
  { controlPlane, ...flags }: ServeFlags,
): Promise<ExitCode> {
  const { port, faults } = await readOptions(flags);
  const { now, sleep, signal } = ctx;
  const state = stateDirectory(ctx).value;
  const server = await serveSandbox({ stateDirectory: state, now, sleep, controlPlane, faults, port });
  try {
    await writeOutput(ctx, setupScript(server));
    if (faults.length > 0) await note(ctx, common, `faults are armed: ${faults.map(printFault).join(', ')}`);
    await note(ctx, common, `the sandbox answers at ${server.url} until Ctrl-C`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await server.close();
  }
  return ExitCode.done;
}

/** Lines that a POSIX shell can run. */
function setupScript({ environment, comments, url }: SandboxServer): string {
  const lines = [
    ...environment.map(([name, value]) => `export ${name}=${shellWord(value)}`),
    ...comments.map((comment) => `# ${comment}`),
    '# or, with these variables set, as profiles:',
    ...providerNames.map((name) => `# ${hintText(initCommand(name, `${url}/${name}`))}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function initCommand(name: ProviderName, endpoint: string): CommandLine {
  const { clientId } = sandboxProviders[name];
  const [secret] = environments[name].secrets;
  const client = clientId === null ? [] : ['--client-id', clientId];
  const where = ['--credential', `env:${secret?.secret ?? ''}`];
  return sactl`config init --provider ${name} --endpoint ${endpoint} ${[...client, ...where]}`;
}

/** @throws UsageError with everything that is wrong with them */
async function readOptions({
  port = '8642',
  fault = [],
}: ServeFlags): Promise<{ port: number; faults: readonly Fault[] }> {
  const gathered = { problems: [], hints: [] };
  const number = await gather(gathered, () => {
    if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
    throw new UsageError(`--port "${port}" must be a whole number from 0 to 65535`);
  });
  const faults = await gather(gathered, () => parseFaults(fault, '--fault'));
  throwGathered(gathered);
  return { port: number ?? 0, faults: faults ?? [] };
}

/** What `sandbox reset` does. */
export async function resetEmulators({ ctx, common }: Invocation): Promise<ExitCode> {
  const state = stateDirectory(ctx).value;
  await resetSandbox({ stateDirectory: state, sleep: ctx.sleep });
  // Records of accounts that no longer exist, or whose age starts again.
  for (const kept of ['augment', 'backups', 'journal', 'audit.jsonl']) {
    await rm(join(sandboxDirectory(state), kept), { recursive: true, force: true });
  }
  await note(ctx, common, 'the sandbox is as on its first day');
  return ExitCode.done;
}
