import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { writeOutput } from '../../output/emit.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { shellWord } from '../../model/text.ts';
import { printFault, type Fault } from '../../sandbox/faults/fault.ts';
import type { SandboxServer } from '../../sandbox/sandbox.ts';
import { gather, throwGathered } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { repeated } from '../../session/flags.ts';
import { note } from '../../session/note.ts';
import { faultsHelp } from './faults-help.ts';

export function addServe(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'serve', {
    summary: 'Offer the emulators over HTTP',
    description:
      'Serves the emulators on 127.0.0.1 until Ctrl-C, with the state that --sandbox uses, and prints the variables ' +
      'that point a client at them, as lines for a shell.',
    honours: [],
    examples: ['sactl sandbox serve --port 8080', "sactl sandbox serve --fault 'nscale.rotate=drop-after-commit@1'"],
  })
    .option('--port <n>', 'port; 0 takes a free one (default: 8642)')
    .option('--fault <fault>', 'what goes wrong on purpose, see below; may be repeated', repeated)
    .addHelpText('after', faultsHelp)
    .action((options) => host.run((invocation) => serve(invocation, options)));
}

interface ServeOptions {
  readonly port?: string;
  readonly fault?: readonly string[];
}

async function serve({ ctx, common }: Invocation, options: ServeOptions): Promise<ExitCode> {
  const { port, faults } = await readOptions(options);
  const { stateDirectory } = await import('../../config/directories.ts');
  const { serveSandbox } = await import('../../sandbox/sandbox.ts');
  const server = await serveSandbox({
    stateDirectory: stateDirectory(ctx).value,
    now: ctx.now,
    sleep: ctx.sleep,
    faults,
    port,
  });
  try {
    await writeOutput(ctx, setupScript(server));
    if (faults.length > 0) {
      await note(ctx, common, `faults are armed: ${faults.map(printFault).join(', ')}`);
    }
    await note(ctx, common, `the sandbox answers at ${server.url} until Ctrl-C`);
    await untilInterrupted(ctx.signal);
  } finally {
    await server.close();
  }
  return ExitCode.done;
}

/** Lines that a POSIX shell can run. */
function setupScript({ environment, comments }: SandboxServer): string {
  const lines = [
    ...environment.map(([name, value]) => `export ${name}=${shellWord(value)}`),
    ...comments.map((comment) => `# ${comment}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** @throws UsageError with everything that is wrong with them */
async function readOptions({
  port = '8642',
  fault = [],
}: ServeOptions): Promise<{ port: number; faults: readonly Fault[] }> {
  const { parseFaults } = await import('../../sandbox/faults/parse.ts');
  const gathered = { problems: [], hints: [] };
  const number = await gather(gathered, () => readPort(port));
  const faults = await gather(gathered, () => parseFaults(fault, '--fault'));
  throwGathered(gathered);
  return { port: number ?? 0, faults: faults ?? [] };
}

function readPort(port: string): number {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UsageError(`--port "${port}" must be a whole number from 0 to 65535`);
}

function untilInterrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
