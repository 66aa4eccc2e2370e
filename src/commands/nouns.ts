import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from './command.ts';

/** A group of verbs, loaded only when the command line names it. */
export interface Noun {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly load: () => Promise<AddVerbs>;
}

/**
 * Declares the verbs of a noun. `named` is the one that follows the noun on the command line, if it is plain which: a noun
 * whose verbs have many flags may leave the others out.
 */
export type AddVerbs = (noun: CommandUnknownOpts, host: Host, named: string | null) => Promise<void> | void;

/** Every noun of the command line, in the order `--help` shows them. */
export const nouns: readonly Noun[] = [
  {
    name: 'serviceaccounts',
    aliases: ['sa', 'serviceaccount'],
    summary: 'Service accounts and their credentials',
    load: async () => (await import('./serviceaccounts/index.ts')).addVerbs,
  },
  {
    name: 'tokens',
    aliases: ['token'],
    summary: 'The tokens of one account, where it may have several (Augment)',
    load: async () => (await import('./tokens/index.ts')).addVerbs,
  },
  {
    name: 'groups',
    aliases: [],
    summary: 'Groups an account can join',
    load: async () => (await import('./groups.ts')).addVerbs,
  },
  {
    name: 'roles',
    aliases: [],
    summary: 'Roles that groups carry or access rules grant',
    load: async () => (await import('./roles.ts')).addVerbs,
  },
  {
    name: 'accessrules',
    aliases: ['accessrule'],
    summary: 'What accounts may do, and where (Run:ai)',
    load: async () => (await import('./accessrules/index.ts')).addVerbs,
  },
  {
    name: 'scopes',
    aliases: [],
    summary: 'What roles can be granted on (Run:ai)',
    load: async () => (await import('./scopes.ts')).addVerbs,
  },
  {
    name: 'orgs',
    aliases: [],
    summary: 'Organizations the credential can see',
    load: async () => (await import('./orgs.ts')).addVerbs,
  },
  {
    name: 'recover',
    aliases: [],
    summary: 'Credentials that were issued and not delivered',
    load: async () => (await import('./recover/index.ts')).addVerbs,
  },
  {
    name: 'audit',
    aliases: [],
    summary: 'What was changed from this machine',
    load: async () => (await import('./audit/index.ts')).addVerbs,
  },
  {
    name: 'config',
    aliases: [],
    summary: 'Settings, and where each comes from',
    load: async () => (await import('./config/index.ts')).addVerbs,
  },
  {
    name: 'sandbox',
    aliases: [],
    summary: 'The built-in emulators behind --sandbox',
    load: async () => (await import('./sandbox/index.ts')).addVerbs,
  },
];
