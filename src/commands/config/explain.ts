import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { emit } from '../../output/emit.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { gather, throwGathered, type Gathered } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';

export function addExplain(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'explain', {
    summary: 'Show every setting and where it comes from',
    description:
      'Prints every setting, the connection that a command would use, what was found and is not used, and the profiles. ' +
      'Credentials are named and not read, and nothing is sent.',
    honours: ['connection', 'organization', 'output'],
    examples: [
      'sactl config explain',
      'sactl config explain --profile prod --json',
      "sactl config explain -q '.profiles[].name'",
    ],
  }).action(() => host.run(explain));
}

async function explain({ ctx, common }: Invocation): Promise<ExitCode> {
  const { loadConfiguration } = await import('../../config/configuration.ts');
  const { prepareRenderer } = await import('../../output/renderer.ts');
  const { outputFlags } = await import('../../session/session.ts');
  const { findExplained } = await import('./document.ts');
  const { explanation } = await import('./document.ts');
  const gathered: Gathered = { problems: [], hints: [] };
  const configuration = await gather(gathered, () => loadConfiguration(ctx, common));
  const renderer = await gather(gathered, () => prepareRenderer(ctx, outputFlags(common, configuration)));
  const explained =
    configuration === null ? null : await gather(gathered, () => findExplained(ctx, common, configuration));
  throwGathered(gathered);
  if (configuration === null || renderer === null || explained === null) {
    throw new UsageError(gathered.problems);
  }
  const { homeDirectory } = ctx;
  await emit(ctx, renderer, explanation({ configuration, explained, homeDirectory }));
  return ExitCode.done;
}
