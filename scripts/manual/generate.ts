import { readProgram } from './program.ts';
import { manPages } from './man.ts';
import { reference } from './reference.ts';

/** What the manual is made of beside the command tree. */
export interface Sources {
  /** The text of package.json. */
  readonly manifest: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
}

/** Every file of the manual with its text, by its path from the root of the repository; package.json names the pages. */
export async function generateManual(sources: Sources): Promise<ReadonlyMap<string, string>> {
  const program = await readProgram();
  const manifest: { readonly version: string } = JSON.parse(sources.manifest);
  const { version } = manifest;
  const pages = manPages(program, { version, date: releaseDate(sources.changelog, version) });
  const man = [...pages.keys()].map((name) => `man/${name}`);
  return new Map([
    ['docs/reference.md', reference(program)],
    ['package.json', `${JSON.stringify({ ...manifest, man }, null, 2)}\n`],
    ...[...pages].map(([name, text]) => [`man/${name}`, text] as const),
  ]);
}

/** The day on which a version was released, and nothing before that: pages that are made again are the same. */
export function releaseDate(changelog: string, version: string): string {
  const heading = changelog.split('\n').find((line) => line.startsWith(`## [${version}]`));
  return /\d{4}-\d{2}-\d{2}/.exec(heading ?? '')?.[0] ?? '';
}
