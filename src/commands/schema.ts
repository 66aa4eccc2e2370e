import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { verb, type Verb } from './verb.ts';

/** `wholeTree` makes the command tree with every verb in it, which says what each prints. */
export function schema(wholeTree: () => Promise<CommandUnknownOpts>): Verb {
  return verb({
    summary: 'Print the JSON Schema of what is read and printed',
    description:
      'Prints a JSON Schema (draft 2020-12) by its name, for editors and for programs that check what they get; without a ' +
      'name, the list of them. What is printed may get more keys in a later version, and never fewer.',
    honours: ['output'],
    prints: ['schema-name[]'],
    operands: [{ name: 'name', help: 'e.g. account; without it, the list', isOptional: true }],
    examples: ['sactl schema', 'sactl schema config > config.schema.json', 'sactl schema account -q .required'],
    run: async (invocation, _, [name]) => {
      const { listSchemas, printSchema } = await import('./schema/print.ts');
      return name === undefined ? listSchemas(invocation, await wholeTree()) : printSchema(invocation, name);
    },
  });
}
