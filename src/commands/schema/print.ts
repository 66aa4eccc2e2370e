import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import * as z from 'zod/mini';

import { ExitCode, UsageError } from '../../errors.ts';
import { sactl } from '../../model/hint.ts';
import { listOf, quoted } from '../../model/text.ts';
import type { Column } from '../../output/columns.ts';
import { emit } from '../../output/emit.ts';
import { listDocument } from '../../output/document.ts';
import { prepareRenderer } from '../../output/renderer.ts';
import { prettyJson } from '../../output/serialize.ts';
import { ownForm } from '../../providers/document.ts';
import { outputFlags } from '../../session/flags.ts';
import type { Invocation } from '../../session/invocation.ts';
import { isRepeatable } from '../completion/index.ts';
import { allCommands, readTree } from '../read-tree.ts';
import { configSchema, type JsonSchema } from './config.ts';
import { schemaNames } from './names.ts';
import { shapes } from './shapes.ts';

/** A schema in the list. */
interface SchemaName {
  readonly name: string;
  readonly about: string;
  /** Commands that print it. */
  readonly commands: readonly string[];
}

const columns: readonly Column<SchemaName>[] = [
  { name: 'name', value: ({ name }) => name },
  { name: 'about', header: 'OF', value: ({ about }) => about, shrink: 1 },
  { name: 'commands', value: ({ commands }) => commands, shrink: 2, spare: 1 },
];

/** What `schema` does without a name. */
export async function listSchemas({ ctx, common }: Invocation, tree: CommandUnknownOpts): Promise<ExitCode> {
  const renderer = await prepareRenderer(ctx, outputFlags(common, null));
  const printing = allCommands(readTree(tree, isRepeatable));
  const rows = Object.entries(schemaNames).map(([name, about]): SchemaName => {
    const commands = printing.filter(({ prints }) => prints.some((one) => one.replace('[]', '') === name));
    return { name, about, commands: commands.map(({ path }) => path.join(' ')) };
  });
  await emit(ctx, renderer, listDocument({ rows, columns }));
  return ExitCode.done;
}

/** What `schema <name>` does. @throws UsageError for a name that there is not */
export async function printSchema({ ctx, common }: Invocation, name: string): Promise<ExitCode> {
  const renderer = await prepareRenderer(ctx, outputFlags(common, null));
  const value = schemaOf(name);
  if (value === null) {
    throw new UsageError(`there is no schema ${quoted(name)}; there are ${listOf(Object.keys(schemaNames))}`, {
      hint: sactl`schema`,
    });
  }
  await emit(ctx, renderer, { value, isPaged: true, human: () => prettyJson(value) });
  return ExitCode.done;
}

/** The JSON Schema of this name; null where there is none. What is printed may get more keys, and its schema says nothing of them. */
export function schemaOf(name: string): JsonSchema | null {
  if (name === 'config') return configSchema();
  if (name === 'document') return documentSchema();
  const found = new Map<string, z.ZodMiniType>(Object.entries(shapes)).get(name);
  const about = schemaNames[name];
  return found === undefined
    ? null
    : { title: `sactl ${name}`, description: about, ...z.toJSONSchema(found, { io: 'input' }) };
}

/** Our own shape, with what `serviceaccounts get` prints besides. */
function documentSchema(): JsonSchema {
  const { properties = {}, ...schema } = z.toJSONSchema(ownForm.schema, { io: 'input' });
  const others = ownForm.readOnly.map((key) => [key, { description: 'as it is now, or null' }] as const);
  return {
    title: 'sactl document',
    description: schemaNames['document'],
    ...schema,
    properties: { $schema: { type: 'string' }, ...properties, ...Object.fromEntries(others) },
  };
}
