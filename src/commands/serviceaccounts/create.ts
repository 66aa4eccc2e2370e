import { deliveryFlags, newAccountFlags, suppliedFlags } from '../../session/account-flags.ts';
import { on } from '../../session/flag.ts';
import { verb } from '../verb.ts';

const { to, verify, reissue, journal, capsule } = deliveryFlags;
const { token, allowTenantChange } = suppliedFlags;

export const create = verb({
  summary: 'Create a service account',
  description:
    'Creates a service account and prints it with its credential, which is shown once. On a terminal, ' +
    'with --name at most, it asks for the rest, and Enter skips a question. Flags win over the document. On Augment a person makes account and ' +
    'token in the web console, and they are recorded here; the document is the session.json of that token, which is ' +
    'not printed.',
  honours: ['connection', 'organization', 'output', 'raw', 'change', 'turn'],
  prints: ['issued'],
  examples: [
    'sactl serviceaccounts create',
    'sactl sa create --name ci-release --group ml-training --tag team=vision',
    'sactl sa create --file serviceaccount.json --to file:ci-release.token',
    'sactl sa create --name ci-release -q .credential.value > token',
    'cat serviceaccount.json | sactl sa create --stdin --json',
    'sactl sa create --provider augment --name ci-reviewer --token nightly-1 -f session.json --to session:~/.augment/session.json',
  ],
  flags: {
    ...newAccountFlags,
    ifMissing: on('--if-missing', 'when an account has this name, print it and succeed, unless --to holds nothing'),
    allowDuplicate: on('--allow-duplicate', 'create it even when an account has this name'),
    to,
    verify,
    reissue,
    journal,
    capsule,
    token,
    allowTenantChange,
  },
  run: async (invocation, flags) => (await import('../../session/create-account.ts')).createAccount(invocation, flags),
});
