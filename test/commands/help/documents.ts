import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const documents = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The command lines in blocks of code of the documents, continued lines as one. */
export const documentedLines = documents.flatMap((path) =>
  [...readFileSync(root + path, 'utf8').matchAll(/^```(console|sh)\r?\n([^]*?)^```/gm)].flatMap(
    ([, kind, block = '']) =>
      block
        .replaceAll(/ \\\r?\n\s*/g, ' ')
        .split(/\r?\n/)
        .filter((line) => kind === 'sh' || line.startsWith('$ '))
        .map((line) => line.replace(/^\$ /, '').replace(/ {2,}#.*$|; echo \$\?$/, ''))
        .filter((line) => line.includes('sactl ') && !line.startsWith('docker ')),
  ),
);
