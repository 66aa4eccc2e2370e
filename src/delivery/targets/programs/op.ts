import { jsonText, parseExactly } from '../../../model/exact-number.ts';
import { Secret } from '../../../model/credential.ts';
import { listOf, quoted } from '../../../model/text.ts';
import { nameRule } from '../expand.ts';
import { objectIn, storedIn } from './output.ts';
import { fixed, free, nothingThere, programScheme, valueThere } from './program-kind.ts';
import type { ProgramRun, Tool } from './program-target.ts';

/** It is an argument: with a `-` at its start it would be an option. */
function named(what: string): ReturnType<typeof nameRule> {
  return nameRule(what, 'use its name or id, without control characters and without - at the start', (name) =>
    /^(?!-)[^\p{Cc}]+$/u.test(name),
  );
}

/** `op:<vault>/<item>#<field>`: a field of an item of 1Password, which is there. */
export const opScheme = programScheme({
  program: 'op',
  body: /^(?<vault>[^/]*)(?:\/(?<item>.*))?$/s,
  names: { vault: fixed(named('the vault')), item: free(named('the item')), slot: free(named('the field')) },
  variables: () => ({ OP_CACHE: 'false' }),
  check: async (tool, { vault, item, slot }) => {
    const found = await readItem(tool, vault, item);
    if ('problem' in found) return { problem: found.problem, hint: itemHint };
    const problem = itemProblem(found.item, slot);
    return problem === null ? { warnings: [] } : { problem, hint: 'use an item of the category API Credential' };
  },
  /**
   * An assignment would put the secret into the arguments, so the whole item is piped, with one value changed
   * (https://developer.1password.com/docs/cli/item-edit). op takes it from a pipe of the system's only, and may end well
   * without having looked at anything else (https://github.com/dmno-dev/varlock/pull/957), so that the item is read again.
   */
  deliver: async (tool, { vault, item, slot }, { text }) => {
    const found = await readItem(tool, vault, item);
    if ('problem' in found) return found.outcome;
    const problem = itemProblem(found.item, slot);
    if (problem !== null) return { ...found.outcome, problem, isFinal: true };
    const input = new Secret(jsonText(withValue(found.item, slot, text)));
    const edited = await tool({ args: ['item', 'edit', item, '--vault', vault], input, readsPath: true });
    if (edited.problem !== null) return edited;
    const after = await readItem(tool, vault, item);
    if ('problem' in after) return after.outcome;
    return valueIn(after.item, slot) === text.reveal()
      ? edited
      : { ...edited, problem: 'has left the field as it was' };
  },
  stored: ({ vault, item, slot }) => ({
    run: getRun(vault, item),
    absence: /isn't an item/,
    read: (stdout) =>
      storedIn(stdout, (found) => {
        const value = valueIn(found, slot);
        if (typeof value !== 'string' || value === '') return nothingThere;
        return valueThere({ version: found['version'], updatedAt: found['updated_at'] });
      }),
  }),
  isFinal:
    /isn't (?:an item|a vault)|more than one item|not (?:currently )?signed in|no account|unauthorized|forbidden|permission|read.only/i,
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

function valueIn(item: Item, name: string): unknown {
  return fieldsOf(item).find((field) => isField(field, name))?.['value'];
}

/** The item with another value of one field. A date without a value is left out: op would make it one of 1970. */
function withValue(item: Item, name: string, value: Secret): Item {
  const fields = fieldsOf(item).filter((field) => isField(field, name) || !isEmptyDate(field));
  return { ...item, fields: fields.map((field) => (isField(field, name) ? withText(field, value) : field)) };
}

function withText(field: Item, value: Secret): Item {
  return { ...field, value: value.reveal() };
}

function isEmptyDate({ type, value }: Item): boolean {
  return (type === 'DATE' || type === 'MONTH_YEAR') && (value === undefined || value === null || value === '');
}

/** Why an item cannot be written back as it was, but for one field; null when it can. */
function itemProblem(item: Item, name: string): string | null {
  if (!Array.isArray(item['fields'])) return 'does not show the fields of the item';
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
