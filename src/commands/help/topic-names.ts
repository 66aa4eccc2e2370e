/** What `sactl help` has a text on, beside commands; in the order in which they are named. */
export const topicNames = ['setup', 'config', 'flags', 'targets', 'exit-codes', 'environment'] as const;

export type TopicName = (typeof topicNames)[number];

export function isTopic(words: string): words is TopicName {
  return topicNames.some((name) => name === words);
}
