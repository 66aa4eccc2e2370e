import { jsonText, parseExactly } from '../../../model/exact-number.ts';
import { Secret } from '../../../model/credential.ts';
import { listOf, quoted } from '../../../model/text.ts';
import { nameRule } from '../expand.ts';
import { objectIn } from './output.ts';
import { fixed, free, nothingThere, programScheme, valueThere } from './program-kind.ts';
import type { ProgramRun, Tool } from './program-target.ts';

/** It is an argument: with a `-` at its start it would be an option. */
function named(what: string): ReturnType<typeof nameRule> {
  return nameRule(what, 'its name or id is right, without control characters and not with - at the start', (name) =>
    /^(?!-)[^\p{Cc}]+$/u.test(name),
  );
}

/** `op:<vault>/<item>#<field>`: a field of an item of 1Password, which is there. */
export const opScheme = programScheme({
  program: 'op',
  body: /^(?<vault>[^/]*)(?:\/(?<item>.*))?$/s,
  names: { vault: fixed(named('the vault')), item: free(named('the item')), slot: free(named('the field')) },
  check: async (tool, { vault, item, slot }) => {
    const found = await readItem(tool, vault, item);
    if ('problem' in found) return { problem: found.problem, hint: itemHint };
    const problem = itemProblem(found.item, slot);
    return problem === null ? { warnings: [] } : { problem, hint: 'an item of the category API Credential is right' };
  },
  /**
   * An assignment would put the secret into the arguments, so the whole item is piped, with one value changed
   * (https://developer.1password.com/docs/cli/item-edit).
   */
  deliver: async (tool, { vault, item, slot }, { text }) => {
    const found = await readItem(tool, vault, item);
    const problem = 'problem' in found ? found.problem : itemProblem(found.item, slot);
    if ('problem' in found || problem !== null) return { ...found.outcome, problem };
    const changed = { ...found.item, fields: fieldsOf(found.item).map((one) => withValue(one, slot, text)) };
    return tool({ args: ['item', 'edit', item, '--vault', vault], input: new Secret(jsonText(changed)) });
  },
  stored: ({ vault, item, slot }) => ({
    run: getRun(vault, item),
    absence: /isn't an item/,
    read: (stdout) => {
      const found = objectIn(parsed(stdout));
      const { value } = fieldsOf(found).find((one) => isField(one, slot)) ?? {};
      if (typeof value !== 'string' || value === '') return nothingThere;
      return valueThere({ version: found['version'], updatedAt: found['updated_at'] });
    },
  }),
  isFinal: /isn't (?:an item|a vault)|not currently signed in|unauthorized|forbidden|permission|read.only/i,
});

const itemHint = 'op signin, or OP_SERVICE_ACCOUNT_TOKEN; the vault and its item must exist (op 2.30 or later)';

function getRun(vault: string, item: string): ProgramRun {
  const args = ['item', 'get', item, '--vault', vault, '--format', 'json', '--reveal'];
  return { args, input: null, keepsStdout: 1024 * 1024 };
}

type Item = Readonly<Record<string, unknown>>;

async function readItem(tool: Tool, vault: string, item: string) {
  const outcome = await tool(getRun(vault, item));
  if (outcome.problem !== null) return { problem: outcome.problem, outcome };
  return { item: objectIn(parsed(outcome.stdout)), outcome };
}

function parsed(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}

function fieldsOf({ fields }: Item): readonly Item[] {
  return Array.isArray(fields) ? fields.map(objectIn) : [];
}

/** By its label or id or, where several have it, with the section's label before it, as in `op://`. */
function isField({ id, label, section }: Item, name: string): boolean {
  return id === name || label === name || `${String(objectIn(section)['label'])}.${String(label)}` === name;
}

function withValue(field: Item, name: string, value: Secret): Item {
  return isField(field, name) ? { ...field, value: value.reveal() } : field;
}

/** Why an item cannot be written back as it was, but for one field; null when it can. */
function itemProblem(item: Item, name: string): string | null {
  const matching = fieldsOf(item).filter((one) => isField(one, name));
  if (fieldsOf(item).some(({ value }) => String(value).startsWith("[use 'op ")))
    return 'does not show all values of the item';
  if (item['category'] === 'LOGIN') return 'would lose a passkey of a Login item, which it cannot show';
  if (Array.isArray(item['files']) && item['files'].length > 0) return 'may lose the files of the item';
  if (matching.length === 1) return null;
  const labels = fieldsOf(item).map(({ label, id }) => quoted(String(label ?? id)));
  if (matching.length > 1) return `has several fields ${quoted(name)}: write <section>.<field>`;
  return `has no field ${quoted(name)} in the item; there are ${listOf(labels)}`;
}
