import { verb } from './verb.ts';

export const schema = verb({
  summary: 'Print the JSON Schema of what is read and printed',
  description:
    'Prints a JSON Schema (draft 2020-12) by its name, for editors and for programs that check what they get; without a ' +
    'name, the list of them. What is printed may get more keys in a later version, and never fewer.',
  honours: ['output'],
  operands: [{ name: 'name', help: 'e.g. account; without it, the list', isOptional: true }],
  examples: ['sactl schema', 'sactl schema config > config.schema.json', 'sactl schema account -q .required'],
  run: async (invocation, _, [name]) => (await import('./schema/print.ts')).printSchema(invocation, name),
});
