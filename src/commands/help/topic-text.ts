import { Help } from '@commander-js/extra-typings';

import type { Topic, TopicPart } from './topics.ts';

/** Lines that are longer are hard to read. */
const widest = 100;

/** A topic in the layout of all other help, in lines of at most `width` characters. */
export function topicText({ title, parts }: Topic, width: number): string {
  const help = new Help();
  help.minWidthToWrap = 30;
  help.prepareContext({ helpWidth: Math.min(width, widest) });
  return `${[title, ...parts.map((part) => partText(part, help))].join('\n\n')}\n`;
}

function partText({ title, rows = {}, text }: TopicPart, help: Help): string {
  const entries = Object.entries(rows);
  const termWidth = Math.max(0, ...entries.map(([term]) => term.length));
  return [
    ...(title === undefined ? [] : [title]),
    ...entries.map(([term, meaning]) => help.formatItem(term, termWidth, meaning, help)),
    ...(text === undefined ? [] : [help.boxWrap(text, help.helpWidth ?? widest)]),
  ].join('\n');
}
