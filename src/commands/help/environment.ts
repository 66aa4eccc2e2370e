import { namesOf, type EnvironmentConnection } from '../../config/environment.ts';
import { providerNames } from '../../model/account.ts';
import { ciSystems, type CiSystem } from '../../model/ci-systems.ts';
import { environments, registry } from '../../providers/registry.ts';

/** Variables and their meanings, by whom they are for. Those of a provider are in its `environment.ts`. */
const variables = {
  sactl: {
    'SACTL_PROVIDER, SACTL_PROFILE': 'as --provider and --profile; a flag wins',
    'SACTL_ORG, SACTL_SANDBOX': 'as --org and, when it is 1 or true, --sandbox',
    SACTL_CONFIG: "the user's configuration file (JSON or YAML), as an absolute path or below ~/",
    SACTL_STATE_DIR:
      "the folder of the journal, the audit log, Augment's inventory and the sandbox: absolute, or below ~/",
    SACTL_STATE: 'the state store: file, file:<folder>, s3://…, postgres://… or kubernetes:<namespace>',
    SACTL_STATE_RECIPIENTS: 'the age public keys that what is kept is sealed for, with commas between them',
    SACTL_STATE_IDENTITY: 'the age key that opens it, or the path of its file',
    SACTL_STATE_LEASE: 'how long a run that stopped renewing its hold keeps the account: 120s; at least 5s',
    SACTL_STATE_CAPSULE: "off: print no sealed copy of what is kept in a CI job's log",
    SACTL_PRINT_SECRETS: 'never: print no credential; only removing the setting allows it again',
    SACTL_SANDBOX_FAULT: 'what goes wrong in the sandbox on purpose (see "sactl sandbox serve --help")',
    'SACTL_JQ=native': "run filters with your own jq: JQ_PATH, node-jq's, or jq on PATH",
    'XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME': 'as the XDG base directory specification says',
  },
  'a state store in S3': {
    'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY': 'the access key to work with',
    AWS_SESSION_TOKEN: 'the session token of a temporary key',
    'AWS_REGION, AWS_DEFAULT_REGION': 'the region, when the address names none',
  },
  network: {
    'HTTPS_PROXY, ALL_PROXY': 'the proxy for requests',
    NO_PROXY: 'hosts that are reached without it',
    'SSL_CERT_FILE, NODE_EXTRA_CA_CERTS': 'certificate authorities to trust besides the usual ones',
  },
  terminal: {
    'SACTL_PAGER, PAGER': 'the program that shows what is longer than the screen; empty or cat: none; default: less',
    LESS: 'options of less; FRX when it is not set',
    NO_COLOR: 'anything: no colours',
    NODE_DEBUG: 'nothing: Node would print credentials; --debug says what is sent',
  },
  'CI systems': {
    CI: 'anything but 0 or false: never ask, print no table of a credential; 0 or false: there is a person',
    ...Object.fromEntries(ciSystems.flatMap((system) => Object.entries(rowsOfSystem(system)))),
  },
  'GitHub Actions': { 'GITHUB_ENV, GITHUB_OUTPUT': 'the files behind --to github-env and github-output' },
  targets: {
    GH_HOST: 'the host of --to gh-secret; github.com when it is not set',
    'GITLAB_HOST, GITLAB_URI, GL_HOST, CI_SERVER_HOST':
      'the host of --to gitlab-variable; gitlab.com when none of them is set',
  },
} as const satisfies Readonly<Record<string, VariableRows>>;

/** The variable that marks a system, e.g. `a job of GitLab CI: counts as CI, if CI is not set`, and that of its summary. */
function rowsOfSystem({ title, mark, mask, annotation, summary }: CiSystem): VariableRows {
  const more = [
    ...(mask === null ? [] : ['masks new credentials']),
    ...(annotation === null ? [] : ['annotates errors']),
    ...(summary === null ? [] : ['shows reports']),
  ];
  const meaning = `a job of ${title}: counts as CI, if CI is not set`;
  const place = summary === null || summary.kind === 'program' ? null : summary;
  return {
    [mark]: more.length === 0 ? meaning : `${meaning}; ${more.join(', ')}`,
    ...(place && { [place.variable]: `the ${place.kind === 'file' ? 'file' : 'folder'} of reports in ${title}` }),
  };
}

/** Meanings by names; several names of one meaning have commas between them. */
type VariableRows = Readonly<Record<string, string>>;

/** The parts of `sactl help environment`: first the providers, then the rest. */
export function environmentParts(): readonly { readonly title: string; readonly rows: VariableRows }[] {
  return [...providerParts(), ...Object.entries(variables).map(([title, rows]) => ({ title, rows }))];
}

/** The variables of each provider, and where its credentials come from. */
export function providerParts(): readonly {
  readonly title: string;
  readonly rows: VariableRows;
  readonly origin: string;
}[] {
  return providerNames.map((name) => ({
    title: registry[name].fullName,
    rows: rowsOf(environments[name]),
    origin: environments[name].origin,
  }));
}

/** What is required comes first, then the credential; what has a default comes last. */
function rowsOf({ endpoint, organization, secrets }: EnvironmentConnection): VariableRows {
  const credentials = secrets.map((secret) => ({ name: namesOf(secret).join(', '), meaning: secret.meaning }));
  const others = [...credentials, organization];
  const all = endpoint.default === null ? [endpoint.variable, ...others] : [...others, endpoint.variable];
  return Object.fromEntries(all.flatMap((each) => (each === null ? [] : [[each.name, each.meaning]])));
}
