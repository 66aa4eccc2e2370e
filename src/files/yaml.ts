import type { Document } from 'yaml';

const mostAliases = 100;

/**
 * The data of a YAML document that was parsed without errors. Its aliases are counted first: a few hundred of them can
 * take minutes to look up, and a few dozen unfold to more than fits into memory.
 * @throws ReferenceError when there are too many, or one leads nowhere
 */
export async function yamlData(document: Document): Promise<unknown> {
  const { visit } = await import('yaml');
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases += 1;
    },
  });
  if (aliases > mostAliases) throw new ReferenceError('Excessive alias count');
  return document.toJS({ maxAliasCount: 20 });
}

/** What is wrong with a YAML document, e.g. `bad indent`: the message itself quotes the text, which may be a secret. */
export function yamlProblem({ code }: { readonly code: string }): string {
  return code.toLowerCase().replaceAll('_', ' ');
}
