import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode, UsageError } from '../../errors.ts';
import { declareVerb, type Host, type Invocation } from '../command.ts';
import { note } from '../note.ts';

export function addServe(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'serve', {
    summary: 'Offer the emulators over HTTP',
    description:
      'Serves the emulators on 127.0.0.1 until Ctrl-C, with the state that --sandbox uses, and prints the variables ' +
      'that point a client at them.',
    honours: [],
    examples: ['sactl sandbox serve', 'sactl sandbox serve --port 8080'],
  })
    .option('--port <n>', 'port; 0 takes a free one (default: 8642)')
    .action(({ port }) => host.run((invocation) => serve(invocation, port)));
}

async function serve({ ctx, common }: Invocation, port = '8642'): Promise<ExitCode> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port "${port}" is a whole number from 0 to 65535`);
  }
  const { stateDirectory } = await import('../../config/directories.ts');
  const { writeOutput } = await import('../../output/emit.ts');
  const { serveSandbox } = await import('../../sandbox/sandbox.ts');
  const server = await serveSandbox({
    stateDirectory: stateDirectory(ctx).value,
    now: ctx.now,
    sleep: ctx.sleep,
    port: Number(port),
  });
  try {
    await writeOutput(
      ctx,
      server.environment.map(([name, value]) => `export ${name}=${value}\n`).join(''),
    );
    await note(ctx, common, `the sandbox answers at ${server.url} until Ctrl-C`);
    await untilInterrupted(ctx.signal);
  } finally {
    await server.close();
  }
  return ExitCode.done;
}

function untilInterrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
