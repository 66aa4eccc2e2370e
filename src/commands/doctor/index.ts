import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { emit } from '../../output/emit.ts';
import { ExitCode } from '../../errors.ts';
import { gather, throwGathered, type Gathered } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';

export function addDoctor(root: CommandUnknownOpts, host: Host): void {
  declareVerb(root, 'doctor', {
    summary: 'Look for what is wrong',
    description:
      'Looks at this machine (configuration, permissions, journal, audit log), then at every profile and every provider ' +
      'in the environment, or at those that are named: settings, proxy, CA, whether the provider answers, the clock, and ' +
      'the credential with its remaining days. What is wrong with one keeps nothing from being said of the others. Sends ' +
      'what "whoami" sends and, for the remaining days, lists accounts. Exit 1 when something keeps commands from working.',
    honours: ['connection', 'fleet', 'output'],
    examples: [
      'sactl doctor',
      'sactl doctor --provider augment',
      'sactl doctor --profile prod --profile staging --json',
      'sactl doctor -q \'.[] | select(.level != "ok") | [.check, .message, .hint]\'',
    ],
  }).action(() => host.run(doctor));
}

async function doctor({ ctx, common }: Invocation): Promise<ExitCode> {
  const { readConfiguration } = await import('../../config/configuration.ts');
  const { prepareRenderer } = await import('../../output/renderer.ts');
  const { outputFlags } = await import('../../session/session.ts');
  const { examineConnections } = await import('./connections.ts');
  const { examineMachine } = await import('./machine.ts');
  const { report } = await import('./report.ts');
  const flags = { ...common, profile: common.profiles?.[0] };
  const reading = await readConfiguration(ctx, flags);
  const gathered: Gathered = { problems: [...reading.misuse], hints: [] };
  const renderer = await gather(gathered, () => prepareRenderer(ctx, outputFlags(common, reading.configuration)));
  throwGathered(gathered);
  if (renderer === null) return ExitCode.usage;
  const diagnoses = [
    ...(await examineMachine(ctx, reading)),
    ...(await examineConnections(ctx, flags, reading.configuration)),
  ];
  await emit(ctx, renderer, report(diagnoses));
  return diagnoses.some(({ level }) => level === 'error') ? ExitCode.failed : ExitCode.done;
}
