/** `sactl help exit-codes` */
export const exitCodesTopic = `Exit codes

    0  done
    1  failed, and nothing was changed (or it was a read)
    2  usage: flag, input, filter, configuration, target or missing confirmation; nothing was sent that changes anything
    3  not found
    4  authentication or permission
    5  conflict: the name exists or is ambiguous, or something else changed or locked it
    6  partial: some of several steps failed
    7  changed, or possibly changed, and no credential was received: sactl recover list
    8  changed, and the credential is kept but not (fully) delivered, or does not work: sactl recover
   20  a step is left that only a person can take in the provider's console
  130  interrupted (Ctrl-C) before anything was sent that changes anything
  143  ended by another signal before anything was sent that changes anything
`;

/** The kinds of targets that `--to` takes, and what each of them is. */
export const targetForms = [
  ['file:<path>', 'a file with the token or secret, and no line break'],
  ['file+json:<path>', 'a file with the whole credential object'],
  ['dotenv:<path>#<KEY>', 'one key of a .env file; every other line stays as it is'],
  ['session:<path>', 'a session of Augment, as one line of JSON'],
  ['profile', "the file that the profile's own credential comes from"],
  ['github-env:<NAME>', 'a variable for the later steps of a GitHub Actions job'],
  ['github-output:<name>', 'an output of this step'],
  [
    'exec:<program and arguments>',
    'a program that reads it from standard input, run without a shell',
  ],
  ['exec+json:<program and arguments>', 'the same with the whole credential object'],
  ['gh-secret:<owner/repo>[@env]#<NAME>', 'a secret of a repository or environment, by your gh'],
  ['kubernetes:<namespace>/<secret>#<key>', 'a key of a Secret, by your kubectl'],
  ['vault:<path>#<field>', 'a field of a KV secret, by your vault'],
] as const;

/** `sactl help targets` */
const targetsTopic = `Targets (--to)

${targetForms.map(([form, what]) => `  ${form.padEnd(37)}  ${what}`).join('\n')}

{provider}, {profile}, {org}, {id} and {name} stand for the account's own, but not in the name of a program, repository,
namespace or mount. A path may begin with ~/. New files are readable by you alone; a file that is there keeps its owner
and mode. Links and special files are refused, and a file is replaced as a whole or not at all.

Every target is tried before anything is sent. With --to nothing secret is printed. What cannot be delivered within a
minute stays in the journal: "sactl recover list".
`;

/** `sactl help environment` */
const environmentTopic = `Environment variables

nscale
  NSCALE_SERVICE_TOKEN                  the token to work with
  NSCALE_ORGANIZATION_ID                the organization, when --org does not name one
  NSCALE_IDENTITY_SERVICE_API_ENDPOINT  the address of the identity service

NVIDIA Run:ai
  RUNAI_BASE_URL                        the address of the control plane; required
  RUNAI_CLIENT_ID, RUNAI_CLIENT_SECRET  the service account or access key to work with
  RUNAI_TOKEN                           an access token instead of the two

Augment
  AUGMENT_SESSION_AUTH  the session as JSON; without it, ~/.augment/session.json is read

sactl
  SACTL_PROVIDER, SACTL_PROFILE, SACTL_ORG, SACTL_SANDBOX  the flags of the same name; a flag wins
  SACTL_CONFIG       the user's configuration file (JSON or YAML)
  SACTL_STATE_DIR    where the journal and the sandbox keep their state
  SACTL_SANDBOX_FAULT  what goes wrong in the sandbox on purpose (see "sactl sandbox serve --help")
  SACTL_JQ=native    run filters with your own jq: JQ_PATH, node-jq's, or jq on PATH
  XDG_CONFIG_HOME, XDG_STATE_HOME  as the XDG base directory specification says

network
  HTTPS_PROXY, NO_PROXY  the proxy for requests, and the hosts that need none
  SSL_CERT_FILE, NODE_EXTRA_CA_CERTS  certificate authorities to trust besides the usual ones

terminal
  CI        anything but 0 or false: never ask, print no table of a credential
  NO_COLOR  anything: no colours
`;

/** What `help` knows besides the commands. */
export const topics: ReadonlyMap<string, string> = new Map([
  ['exit-codes', exitCodesTopic],
  ['targets', targetsTopic],
  ['environment', environmentTopic],
]);
