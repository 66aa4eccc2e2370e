import type { CommandDoc, FlagDoc } from './command-tree.ts';
import type { CommonFlags } from './common-flags.ts';
import { marksOf, type Mark } from './marks.ts';
import { bold, italic, type Span, type Words } from './roff.ts';

/** A sentence of the help in the fonts of a manual page. */
export function prose(text: string): Words {
  return marksOf(text).flatMap(wordsOf);
}

function wordsOf({ kind, text }: Mark): Words {
  if (kind === 'plain') return [text];
  if (kind === 'syntax') return syntax(text);
  if (kind === 'quoted') return text.startsWith('sactl ') ? [bold(text)] : [`"${text}"`];
  return [bold(text)];
}

/** A term such as `file:<path>`, in which what stands for something else is in italics. */
export function syntax(term: string): Words {
  return term
    .split(/(<[^<>]+>)/)
    .filter((part) => part !== '')
    .flatMap((part): Words => {
      const placeholder = /^<(.+)>$/.exec(part)?.[1];
      return placeholder === undefined ? [bold(part)] : ['<', italic(placeholder), '>'];
    });
}

/** e.g. `-f, --file <path>` */
export function flagTerm({ short, long, value }: FlagDoc): Words {
  return [
    ...(short === null ? [] : [bold(short), ', ']),
    bold(long),
    ...(value === null ? [] : [' ', ...syntax(value)]),
  ];
}

/** What a flag or an argument is, and what it can be. */
export function meaning({ description, choices, ...flag }: Meaning): Words {
  const fallback = flag.default ?? null;
  return [
    ...prose(description),
    ...(choices.length === 0 ? [] : [': ', ...listed(choices.map(bold))]),
    ...(fallback === null ? [] : [' (default: ', bold(fallback), ')']),
  ];
}

type Meaning = Pick<FlagDoc, 'description' | 'choices'> & Partial<Pick<FlagDoc, 'default'>>;

export function commonFlagsSentence({ kind, flags }: CommonFlags): Words {
  const names = listed(flags.map(bold));
  if (kind === 'all') return ['Honours all common flags.'];
  if (kind === 'except') return ['Honours all common flags but ', ...names, '.'];
  return ['Honours the common flags ', ...names, '.'];
}

function listed(spans: readonly Span[]): Words {
  return spans.flatMap((span, index): Words => (index === 0 ? [span] : [', ', span]));
}

/** e.g. `sactl serviceaccounts list [flags]` */
export function usage({ path, flags, commands, arguments: operands }: CommandDoc): Words {
  return [
    bold(['sactl', ...path].join(' ')),
    ...(flags.length > 0 || commands.length > 0 ? [' [', italic('flags'), ']'] : []),
    ...(commands.length > 0 ? [' ', italic('command')] : []),
    ...operands.map(({ name }) => ` ${name}`),
  ];
}
