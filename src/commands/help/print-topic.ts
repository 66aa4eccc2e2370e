import { ExitCode } from '../../errors.ts';
import { emit } from '../../output/emit.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { outputFlags } from '../../session/flags.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { TopicName } from './topic-names.ts';
import { topicText, topics } from './topics.ts';
import type { Topic } from './topic.ts';

/** Prints a topic of the help as the flags about output say: as JSON `{name, title, blocks}`, as csv the rows of its blocks. */
export async function printTopic({ ctx, common }: Invocation, name: TopicName): Promise<ExitCode> {
  const renderer = await prepareRenderer(ctx, outputFlags(common, null));
  const topic: Topic = topics[name];
  await emit(ctx, renderer, {
    value: { name, ...topic },
    isPaged: true,
    human: ({ width }) => topicText(topic, width),
    sheet: () => ({
      header: ['term', 'meaning'],
      rows: topic.blocks
        .flatMap((block) => (block.kind === 'rows' ? block.rows : []))
        .map(({ term, meaning }) => [term, meaning]),
    }),
  });
  return ExitCode.done;
}
