import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { sentencesOf, type Sentence } from './collect.ts';

/** The sentences of one file of the program. */
export interface FileSentences {
  /** From the root of the repository, e.g. `src/fleet/due.ts`. */
  readonly path: string;
  readonly sentences: readonly Sentence[];
}

/** What a user never reads: scripts for shells, and the words of services and web pages, which emulators repeat. */
const others = [
  /^src\/commands\/completion\/(?:fish|posix|powershell)\.ts$/,
  /^src\/sandbox\/(?:nscale|runai|augment)\//,
  /^src\/output\/jq-/,
];

/** Every file below `root`/src that has sentences for a user, by path. */
export function programSentences(root: string): readonly FileSentences[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => join('src', name))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !others.some((other) => other.test(path)))
    .toSorted()
    .map((path) => ({ path, sentences: sentencesOf(path, readFileSync(join(root, path), 'utf8')) }))
    .filter(({ sentences }) => sentences.length > 0);
}

/** The page in Markdown: a heading for each folder, and below it a list for each file. */
export function sentencePage(files: readonly FileSentences[]): string {
  const folders = [...new Set(files.map(({ path }) => dirname(path)))];
  const parts = folders.map((folder) => {
    const inside = files.filter(({ path }) => dirname(path) === folder);
    return `## ${folder}\n\n${inside.map(fileList).join('\n')}`;
  });
  const count = files.reduce((sum, { sentences }) => sum + sentences.length, 0);
  return `# What sactl says\n\n${count} texts. What stands in braces is put in when the program runs.\n\n${parts.join('\n')}`;
}

function fileList({ path, sentences }: FileSentences): string {
  const lines = sentences.map(({ line, text }) => `- ${line}: ${text.trim().replaceAll('\n', ' ⏎ ')}\n`);
  return `### ${path}\n\n${lines.join('')}`;
}
