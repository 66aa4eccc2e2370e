import { nameRule } from '../expand.ts';
import { jsonIn, lastPart, objectIn, readJson } from './output.ts';
import { fixed, free, passAll, programScheme, valueThere } from './program-kind.ts';

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name */
const vaultRule = nameRule('the vault', '3 to 24 letters, digits and -, a letter first, are right', (name) =>
  /^[A-Za-z](?:[A-Za-z0-9]|-(?!-|$)){2,23}$/.test(name),
);

const secretRule = nameRule('the secret', 'up to 127 letters, digits and - are right, after <vault>/', (name) =>
  /^[A-Za-z0-9][A-Za-z0-9-]{0,126}$/.test(name),
);

/** `azure-keyvault:<vault>/<name>`: a secret of Azure Key Vault; a new version keeps the content type and tags of the last. */
export const azureKeyvaultScheme = programScheme({
  program: 'az',
  body: /^(?<vault>[^/]*)(?:\/(?<secret>.*))?$/s,
  names: { vault: fixed(vaultRule), secret: free(secretRule) },
  variables: () => ({ AZURE_CORE_NO_COLOR: 'true', AZURE_CORE_ONLY_SHOW_ERRORS: 'true' }),
  check: (tool, { vault }) =>
    passAll(tool, [
      { args: ['account', 'show', '--output', 'none'], input: null, hint: 'az login' },
      {
        args: ['keyvault', 'secret', 'list', '--vault-name', vault, '--maxresults', '1', '--output', 'none'],
        input: null,
        hint: 'the vault must exist, and the account of az must have the role "Key Vault Secrets Officer" there',
      },
    ]),
  deliver: async (tool, { vault, secret }, { text }) => {
    const before = objectIn(
      await readJson(tool, [...showArgs(vault, secret), '--query', '{type:contentType,tags:tags}']),
    );
    const type =
      typeof before['type'] === 'string' && before['type'] !== '' ? [`--content-type=${before['type']}`] : [];
    const tags = Object.entries(objectIn(before['tags'])).map(([name, value]) => `${name}=${String(value)}`);
    const file = ['--file', '/dev/stdin', '--encoding', 'utf-8'];
    const kept = [...type, ...(tags.length === 0 ? [] : ['--tags', ...tags])];
    return tool({
      args: [
        'keyvault',
        'secret',
        'set',
        '--vault-name',
        vault,
        '--name',
        secret,
        ...file,
        '--output',
        'none',
        ...kept,
      ],
      input: text,
      readsPath: true,
    });
  },
  stored: ({ vault, secret }) => ({
    run: { args: [...showArgs(vault, secret), '--query', '{id:id,updated:attributes.updated}'], input: null },
    absence: /SecretNotFound/,
    read: (stdout) => {
      const { id, updated } = objectIn(jsonIn(stdout));
      return valueThere({ version: lastPart(id), updatedAt: updated });
    },
  }),
  isFinal: /\(?Forbidden\b|\(?Unauthorized\b|SecretNotFound|VaultNotFound|az login|ObjectIsDeletedButRecoverable/,
});

/** Prints what `--query` names, and so never the value. */
function showArgs(vault: string, secret: string): readonly string[] {
  return ['keyvault', 'secret', 'show', '--vault-name', vault, '--name', secret, '--output', 'json'];
}
