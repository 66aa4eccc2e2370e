import fc from 'fast-check';

import type { CommandLines } from './command-lines.ts';
import { hostileText, hostileWord } from './hostile.ts';
import type { Scenario } from './scenario.ts';
import { broughtSession, secrets } from './secrets.ts';

type Pairs = Readonly<Record<string, string>>;

/** Credentials and endpoints; who has more than one has to say which. */
const connections: readonly Pairs[] = [
  {
    NSCALE_IDENTITY_SERVICE_API_ENDPOINT: '$ORIGIN/nscale',
    NSCALE_SERVICE_TOKEN: secrets.nscale,
  },
  {
    RUNAI_BASE_URL: '$ORIGIN/runai',
    RUNAI_CLIENT_ID: 'sandbox-administrator',
    RUNAI_CLIENT_SECRET: secrets.runai,
  },
  {
    AUGMENT_SESSION_AUTH: JSON.stringify({
      accessToken: secrets.augment,
      tenantURL: 'https://acme.api.augmentcode.com/',
      scopes: ['read', 'write'],
    }),
  },
];

/** What every environment has. */
const plain: Pairs = {
  PATH: '$PROGRAMS',
  SACTL_STATE_DIR: '$ROOT/state',
  OTHER_SECRET: secrets.other,
};

const switches: readonly Pairs[] = [
  { CI: 'true' },
  { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ENV: 'github.env', GITHUB_OUTPUT: 'github.out' },
  { GITHUB_ACTIONS: 'true', GITHUB_ENV: '$ROOT/work/folder', GITHUB_OUTPUT: 'pipe' },
  { SACTL_SANDBOX: '1' },
  { SACTL_SANDBOX: '1', SACTL_SANDBOX_FAULT: 'nscale.rotate=drop-after-commit@1' },
  { SACTL_SANDBOX: 'maybe' },
  { SACTL_PROFILE: 'prod' },
  { SACTL_PROVIDER: 'nscale' },
  { SACTL_ORG: 'x' },
  { SACTL_JQ: 'native' },
  { SACTL_JQ: 'x' },
  { NO_COLOR: '1' },
  { TERM: 'dumb' },
  { HTTPS_PROXY: `http://u:${secrets.other}@proxy.example:1` },
  { HTTPS_PROXY: `socks5://u:${secrets.other}@x` },
  { NO_PROXY: '*' },
  { SSL_CERT_FILE: 'ca.pem' },
  { SSL_CERT_FILE: 'pipe' },
  { NODE_EXTRA_CA_CERTS: 'hostile.txt' },
  { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  { XDG_STATE_HOME: '$ROOT/xdg-state' },
  { XDG_STATE_HOME: 'relative' },
  { XDG_CONFIG_HOME: '$ROOT/xdg-config' },
  { SACTL_CONFIG: 'user.json' },
  { SACTL_CONFIG: 'pipe.json' },
  { SACTL_STATE_DIR: 'link' },
  { SACTL_STATE_DIR: 'folder' },
  { DISPLAY: ':0' },
];

const variables = [
  'NSCALE_SERVICE_TOKEN',
  'NSCALE_ORGANIZATION_ID',
  'NSCALE_IDENTITY_SERVICE_API_ENDPOINT',
  'RUNAI_BASE_URL',
  'RUNAI_CLIENT_ID',
  'RUNAI_CLIENT_SECRET',
  'RUNAI_TOKEN',
  'AUGMENT_SESSION_AUTH',
  'SACTL_PROVIDER',
  'SACTL_PROFILE',
  'SACTL_ORG',
  'SACTL_SANDBOX',
  'SACTL_SANDBOX_FAULT',
  'CI',
  'HTTPS_PROXY',
  'NO_PROXY',
  'USER',
  'GITHUB_REPOSITORY',
] as const;

/** The environment. Secrets that are wrong are secrets all the same, but too short to be looked for. */
function environment(): fc.Arbitrary<Pairs> {
  const hostile = fc
    .tuple(fc.constantFrom(...variables), hostileWord())
    .map(([name, value]) => ({ [name]: value }));
  return fc
    .tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.constant([...connections]) },
        { weight: 1, arbitrary: fc.subarray([...connections]) },
      ),
      fc.tuple(
        sometimes(fc.constantFrom(...switches), 1, 3),
        sometimes(fc.constantFrom(...switches), 1, 6),
      ),
      sometimes(hostile, 1, 10),
    )
    .map(([connected, switched, other]) =>
      Object.assign({}, plain, ...connected, ...switched, other),
    );
}

const profiles = JSON.stringify({
  profiles: {
    prod: {
      provider: 'nscale',
      endpoint: '$ORIGIN/nscale',
      credential: { file: '$ROOT/home/nscale.token' },
    },
    ci: {
      provider: 'nscale',
      endpoint: '$ORIGIN/nscale',
      credential: { command: ['$PROGRAMS/token'] },
    },
    broken: {
      provider: 'runai',
      endpoint: '$ORIGIN/runai',
      clientId: 'x',
      credential: { command: ['$PROGRAMS/traced', secrets.other] },
    },
  },
});

const userFiles = [
  '{}',
  profiles,
  profiles,
  '{"profile":"prod"}',
  `{"profiles":{"prod":{"provider":"nscale","credential":"${secrets.other}"}}}`,
  `{"profiles":{"prod":{"provider":"nscale","credential":{"${secrets.other}":1}}}}`,
  `{"profiles":{"prod":{"provider":"nscale","credential":{"env":"${secrets.other}"}}}`,
  `{"token":"${secrets.other}"`,
  '{"columns":["nope"],"format":"csv"}',
] as const;

const projectFiles = [
  '{}',
  '{"provider":"nscale"}',
  '{"format":"json"}',
  '{"endpoint":"https://evil.example"}',
  '{"profiles":{"prod":{"provider":"nscale","endpoint":"https://evil.example"}}}',
  '{"credential":{"command":["$PROGRAMS/blab"]}}',
  '{"__proto__":{"endpoint":"https://evil.example"}}',
  'provider: nscale\nca: evil.pem\n',
  '- a\n',
  '&a [*a]',
  '!!js/function "x"',
] as const;

const documents: Pairs = {
  'work/own.json': '{"name":"from-file","description":"x","groups":["inference"]}',
  'work/own.yaml': 'name: from-file\ntags:\n  a: b\n',
  'work/nscale.json': '{"metadata":{"name":"from-file"},"spec":{"groupIDs":[]}}',
  'work/session.json': broughtSession,
  'work/filter.jq': '.credential.value',
  'work/.env': 'A=1\nTOKEN=old\n',
  'work/env': 'TOKEN=1\nTOKEN=2\n',
  'work/ca.pem': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n',
  'work/github.env': '',
  'work/github.out': 'a=b',
  'home/nscale.token': `${secrets.nscale}\n`,
};

/** The files there are. */
function files(): fc.Arbitrary<Pairs> {
  const project = fc
    .tuple(
      fc.constantFrom('.sactlrc', '.sactlrc.json', '.sactlrc.yaml', 'sactl.config.json'),
      fc.oneof(fc.constantFrom(...projectFiles), hostileText(), fc.json()),
    )
    .map(([name, text]) => ({ [`work/${name}`]: text }));
  const user = fc
    .tuple(
      fc.constantFrom('home/.config/sactl/config.json', 'work/user.json'),
      fc.oneof(fc.constantFrom(...userFiles), hostileText(), fc.json()),
    )
    .map(([name, text]) => ({ [name]: text }));
  const session = fc.constant({ 'home/.augment/session.json': broughtSession });
  const hostile = hostileText().map((text) => ({ 'work/hostile.txt': text }));
  return fc
    .tuple(sometimes(project, 1, 12), sometimes(user, 1, 4), sometimes(session, 1, 4), hostile)
    .map((parts) => Object.assign({}, documents, ...parts));
}

function sometimes(pairs: fc.Arbitrary<Pairs>, weight: number, of: number): fc.Arbitrary<Pairs> {
  return fc.oneof(
    { weight: of - weight, arbitrary: fc.constant({}) },
    { weight, arbitrary: pairs },
  );
}

/** Two of three are calm but for what the services do; in the others anything may be wrong. */
export function scenariosOf(
  { calm, wild }: CommandLines,
  server: fc.Arbitrary<Scenario['server']>,
): fc.Arbitrary<Scenario> {
  const all = Object.assign({}, plain, ...connections);
  const calmly = fc.record({
    commands: several(calm),
    env: fc.constantFrom<Pairs>(all, all, all, { ...all, ...switches[1] }),
    files: fc.constant(documents),
    server,
  });
  const wildly = fc.record({
    commands: several(wild),
    env: environment(),
    files: files(),
    server,
  });
  return fc.oneof({ weight: 2, arbitrary: calmly }, { weight: 1, arbitrary: wildly });
}

/** What one command leaves behind another one meets. */
function several<Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(item) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 2, maxLength: 3 }) },
  );
}
