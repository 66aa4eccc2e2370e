import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { nameRule } from '../expand.ts';
import { jsonIn, lastPart, objectIn, storedIn } from './output.ts';
import { fixed, free, programScheme, valueThere, type Names } from './program-kind.ts';
import type { ProgramRun } from './program-target.ts';

type Name = 'vault' | 'secret';

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name */
const vaultRule = nameRule('the vault', 'use 3 to 24 letters, digits and -, a letter first', (name) =>
  /^[A-Za-z](?:[A-Za-z0-9]|-(?!-|$)){2,23}$/.test(name),
);

const secretRule = nameRule('the secret', 'use up to 127 letters, digits and -, after <vault>/', (name) =>
  /^[A-Za-z0-9][A-Za-z0-9-]{0,126}$/.test(name),
);

/** `azure-keyvault:<vault>/<name>`: a secret of Azure Key Vault; a new version keeps the content type and tags of the last. */
export const azureKeyvaultScheme = programScheme<Name>({
  program: 'az',
  body: /^(?<vault>[^/]*)(?:\/(?<secret>.*))?$/s,
  names: { vault: fixed(vaultRule), secret: free(secretRule) },
  variables: () => ({ AZURE_CORE_NO_COLOR: 'true', AZURE_CORE_ONLY_SHOW_ERRORS: 'true' }),
  check: async (tool, names) => {
    const found = await tool(showRun(names, keptParts));
    return found.problem === null || isMissing(found) ? { warnings: [] } : { problem: found.problem, hint };
  },
  deliver: async (tool, names, { text }) => {
    const found = await tool(showRun(names, keptParts));
    if (found.problem !== null && !isMissing(found)) return found;
    const args = [...command('set', names), '--file', '/dev/stdin', '--encoding', 'utf-8', '--output', 'none'];
    return tool({ args: [...args, ...keptFlags(found.stdout)], input: text, readsPath: true });
  },
  stored: (names) => ({
    run: showRun(names, '{id:id,updated:attributes.updated}'),
    absence: /SecretNotFound/,
    read: (stdout) => storedIn(stdout, ({ id, updated }) => valueThere({ version: lastPart(id), updatedAt: updated })),
  }),
  isFinal: /\((?:Forbidden|Unauthorized)\)|SecretNotFound|az login|AADSTS\d|deleted but recoverable/,
});

const hint = 'az login; the vault must exist, and the account of az have the role "Key Vault Secrets Officer" there';

/** What a new version would lose that was not told. */
const keptParts = '{type:contentType,tags:tags}';

function command(verb: string, { vault, secret }: Names<Name>): readonly string[] {
  return ['keyvault', 'secret', verb, '--vault-name', vault, '--name', secret];
}

/** Prints what `query` names, and so never the value. */
function showRun(names: Names<Name>, query: string): ProgramRun {
  return {
    args: [...command('show', names), '--output', 'json', '--query', query],
    input: null,
    keepsStdout: 64 * 1024,
  };
}

function isMissing({ stderr }: ProgramOutcome): boolean {
  return /SecretNotFound/.test(stderr);
}

/** @param shown what a vault says of a secret; nothing where it has none */
function keptFlags(shown: string): readonly string[] {
  const { type, tags } = objectIn(jsonIn(shown));
  const pairs = Object.entries(objectIn(tags)).map(([name, value]) => `${name}=${String(value)}`);
  return [
    ...(typeof type === 'string' && type !== '' ? [`--content-type=${type}`] : []),
    ...(pairs.length === 0 ? [] : ['--tags', ...pairs]),
  ];
}
