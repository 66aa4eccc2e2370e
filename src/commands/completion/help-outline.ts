import { topics } from '../help/topics.ts';
import type { OutlinedCommand } from './outline.ts';

/** `help` takes the words of every command, and its topics; it leads to no flags. */
export function withHelp(commands: readonly OutlinedCommand[]): OutlinedCommand[] {
  const groups = commands.filter(({ words }) => words.some(({ leadsTo }) => leadsTo !== null));
  const paths = new Set(groups.map(({ path }) => path));
  const topicWords = Object.keys(topics).map((name) => ({
    names: [name],
    description: 'a topic',
    leadsTo: null,
  }));
  const help = groups.map(({ path, words }): OutlinedCommand => ({
    path: `help ${path}`.trim(),
    words: [
      ...words.map((word) => ({
        ...word,
        leadsTo: paths.has(word.leadsTo ?? '?') ? `help ${word.leadsTo}` : null,
      })),
      ...(path === '' ? topicWords : []),
    ],
    flags: [],
    shared: null,
  }));
  return [...commands.filter(({ path }) => path !== 'help'), ...help];
}
