import { text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

const accountName = text('--account <name>', 'name of the account');

export const create = verb({
  summary: 'Make a service account, as a person at the console does',
  description: 'Does what "New Service Account" does on Augment\'s settings page. The account starts without a token.',
  honours: [],
  examples: [
    'sactl sandbox console augment create --name docs-bot',
    "sactl sandbox console augment create --name docs-bot --description 'Writes the changelog'",
  ],
  flags: {
    name: text('--name <name>', 'name of the account: letters, digits, "-" and "_"'),
    description: text('--description <text>', 'what it is for'),
  },
  run: async (invocation, { name, description }) =>
    (await import('./augment-page.ts')).createAtConsole(invocation, name, description),
});

export const issue = verb({
  summary: 'Add a token to an account and print its session.json',
  description:
    'Does what "Add API token" does on Augment\'s settings page, and prints the session.json that can be ' +
    'downloaded there, this once and as one line: what other commands read with --file or --stdin.',
  honours: [],
  examples: ['sactl sandbox console augment issue --account ci-reviewer --token nightly > session.json'],
  flags: { account: accountName, token: text('--token <name>', 'name of the new token') },
  run: async (invocation, { account, token }) =>
    (await import('./augment-page.ts')).issueAtConsole(invocation, account, token),
});

export const revoke = verb({
  summary: 'Revoke a token, as a person at the console does',
  description: 'Does what "Revoke" does on Augment\'s settings page: the token works no longer, at once and for good.',
  honours: [],
  examples: ['sactl sandbox console augment revoke --account ci-reviewer --token github-actions'],
  flags: { account: accountName, token: text('--token <name>', 'name of the token') },
  run: async (invocation, { account, token }) =>
    (await import('./augment-page.ts')).revokeAtConsole(invocation, account, token),
});

export const remove = verb({
  summary: 'Delete an account and its tokens, as a person at the console does',
  description: 'Does what "Delete Account" does on Augment\'s settings page: the account\'s tokens work no longer.',
  honours: [],
  examples: ['sactl sandbox console augment delete --account docs_writer'],
  flags: { account: accountName },
  run: async (invocation, { account }) => (await import('./augment-page.ts')).deleteAtConsole(invocation, account),
});
