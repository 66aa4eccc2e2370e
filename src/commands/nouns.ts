import type { Verb } from './verb.ts';

/** A group of verbs, e.g. `serviceaccounts`. */
export interface Noun {
  readonly summary: string;
  readonly aliases?: readonly string[];
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** In the order of the help; verbs are loaded when the command line names their noun. */
  readonly verbs: Readonly<Record<string, (() => Promise<Verb>) | Noun>>;
}

/** Every noun of the command line, in the order `--help` shows them. */
export const nouns: Readonly<Record<string, Noun>> = {
  serviceaccounts: {
    summary: 'Service accounts and their credentials',
    aliases: ['sa', 'serviceaccount'],
    examples: [
      'sactl sa list',
      'sactl sa get --id ci-deploy',
      'sactl sa rotate --id ci-deploy --to file:ci-deploy.token',
      'sactl sa create --name ci-release --group ml-training',
    ],
    verbs: {
      list: async () => (await import('./serviceaccounts/list.ts')).list,
      get: async () => (await import('./serviceaccounts/get.ts')).get,
      create: async () => (await import('./serviceaccounts/create.ts')).create,
      update: async () => (await import('./serviceaccounts/update.ts')).update,
      rotate: async () => (await import('./serviceaccounts/rotate.ts')).rotate,
      delete: async () => (await import('./serviceaccounts/delete.ts')).remove,
    },
  },
  tokens: {
    summary: 'The tokens of one account, where it may have several (Augment)',
    aliases: ['token'],
    examples: [
      'sactl tokens list --provider augment --id ci-reviewer',
      'sactl tokens create --provider augment --id ci-reviewer --token nightly-3 -f session.json --to session:~/.augment/session.json',
    ],
    verbs: {
      list: async () => (await import('./tokens/list.ts')).list,
      create: async () => (await import('./tokens/create.ts')).create,
      revoke: async () => (await import('./tokens/revoke.ts')).revoke,
      restore: async () => (await import('./tokens/restore.ts')).restore,
    },
  },
  groups: {
    summary: 'Groups an account can join',
    examples: ['sactl groups list', "sactl groups list -q '.[].name'"],
    verbs: { list: async () => (await import('./lists.ts')).listGroups },
  },
  roles: {
    summary: 'Roles that groups carry or access rules grant',
    examples: ['sactl roles list', 'sactl roles list --provider runai'],
    verbs: { list: async () => (await import('./lists.ts')).listRoles },
  },
  accessrules: {
    summary: 'What accounts may do, and where (Run:ai)',
    aliases: ['accessrule'],
    examples: [
      'sactl accessrules list --provider runai',
      'sactl accessrules create --provider runai --account runai-launcher --role Viewer --scope tenant',
    ],
    verbs: {
      list: async () => (await import('./accessrules/list.ts')).list,
      create: async () => (await import('./accessrules/create.ts')).create,
      delete: async () => (await import('./accessrules/delete.ts')).remove,
    },
  },
  scopes: {
    summary: 'What roles can be granted on (Run:ai)',
    examples: ['sactl scopes list --provider runai'],
    verbs: { list: async () => (await import('./lists.ts')).listScopes },
  },
  orgs: {
    summary: 'Organizations the credential can see',
    examples: ['sactl orgs list'],
    verbs: { list: async () => (await import('./lists.ts')).listOrganizations },
  },
  recover: {
    summary: 'Credentials that were issued and not delivered',
    examples: [
      'sactl recover list',
      'sactl recover deliver --id 4f1c09d2 --to file:rescued.token',
      'sactl recover discard --id 4f1c09d2',
    ],
    verbs: {
      list: async () => (await import('./recover/list.ts')).list,
      show: async () => (await import('./recover/show.ts')).show,
      deliver: async () => (await import('./recover/deliver.ts')).deliver,
      discard: async () => (await import('./recover/discard.ts')).discard,
      open: async () => (await import('./recover/open.ts')).open,
    },
  },
  audit: {
    summary: 'What was changed from this machine',
    examples: ['sactl audit list --since 7d'],
    verbs: { list: async () => (await import('./audit/list.ts')).list },
  },
  state: {
    summary: 'Where the state is kept, and which run holds which account',
    examples: ['sactl state show', 'sactl state check'],
    verbs: {
      init: async () => (await import('./state/init.ts')).init,
      check: async () => (await import('./state/check.ts')).check,
      show: async () => (await import('./state/show.ts')).show,
      unlock: async () => (await import('./state/unlock.ts')).unlock,
      migrate: async () => (await import('./state/migrate.ts')).migrate,
    },
  },
  config: {
    summary: 'Settings, and where each comes from',
    examples: ['sactl config init', 'sactl config explain', 'sactl config set profiles.prod.org acme'],
    verbs: {
      init: async () => (await import('./config/init.ts')).init,
      get: async () => (await import('./config/get.ts')).get,
      set: async () => (await import('./config/set.ts')).set,
      unset: async () => (await import('./config/unset.ts')).unset,
      explain: async () => (await import('./config/explain.ts')).explain,
      path: async () => (await import('./config/path.ts')).path,
    },
  },
  sandbox: {
    summary: 'The built-in emulators behind --sandbox',
    examples: ['sactl sandbox serve', 'sactl sandbox reset'],
    verbs: {
      serve: async () => (await import('./sandbox/serve.ts')).serve,
      reset: async () => (await import('./sandbox/reset.ts')).reset,
      console: {
        summary: 'The person at a web console, in the sandbox',
        examples: ['sactl sandbox console augment create --name ci-reviewer'],
        verbs: {
          augment: {
            summary: "Augment's settings page, in the sandbox",
            examples: [
              'sactl sandbox console augment create --name ci-reviewer',
              'sactl sandbox console augment issue --account ci-reviewer --token nightly-1 > session.json',
            ],
            verbs: {
              create: async () => (await import('./sandbox/console.ts')).create,
              issue: async () => (await import('./sandbox/console.ts')).issue,
              revoke: async () => (await import('./sandbox/console.ts')).revoke,
              delete: async () => (await import('./sandbox/console.ts')).remove,
            },
          },
        },
      },
    },
  },
};
