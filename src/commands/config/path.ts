import { verb } from '../verb.ts';

export const path = verb({
  summary: "Print the path of the user's configuration file",
  description:
    'Prints the path of the file that is read, whether it exists or not, and even if something in it is wrong.',
  honours: ['output'],
  prints: ['config-path'],
  examples: ['sactl config path', '"$EDITOR" "$(sactl config path)"'],
  run: async (invocation) => (await import('./file-path.ts')).printPath(invocation),
});
