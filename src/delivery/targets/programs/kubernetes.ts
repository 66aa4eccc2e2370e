import { createHash } from 'node:crypto';

import { Secret } from '../../../model/credential.ts';
import { nameRule } from '../expand.ts';
import { fixed, free, nothingThere, passAll, programScheme, valueThere } from './program-kind.ts';

const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const namespaceRule = nameRule(
  'the namespace',
  'use up to 63 lower-case letters, digits and -',
  (name) => name.length <= 63 && label.test(name),
);

const secretRule = nameRule(
  "the Secret's name",
  'use up to 253 lower-case letters, digits, - and ., after <namespace>/',
  (name) => name.length <= 253 && name.split('.').every((part) => label.test(part)),
);

/** https://kubernetes.io/docs/concepts/configuration/secret/ */
const keyRule = nameRule('the key', 'use up to 253 letters, digits, -, _ and ., not beginning with ..', (name) =>
  /^(?!\.\.|\.$)[\w.-]{1,253}$/.test(name),
);

/** `kubernetes:<namespace>/<secret>#<key>`: one key of a Secret, in the cluster that kubectl talks to. */
export const kubernetesScheme = programScheme({
  program: 'kubectl',
  body: /^(?<namespace>[^/]*)(?:\/(?<secret>.*))?$/s,
  names: { namespace: fixed(namespaceRule), secret: free(secretRule), slot: free(keyRule) },
  check: (tool, { namespace, secret, slot }) =>
    passAll(tool, [
      {
        args: applyArgs(namespace, slot, true),
        input: manifest(secret, slot, 'placeholder'),
        hint: 'kubectl config current-context',
      },
    ]),
  deliver: (tool, { namespace, secret, slot }, { text }) =>
    tool({ args: applyArgs(namespace, slot, false), input: manifest(secret, slot, text.reveal()) }),
  stored: ({ namespace, secret, slot }) => ({
    run: { args: ['get', 'secret', secret, '-n', namespace, '-o', `go-template=${versionOf(slot)}`], input: null },
    absence: /\(NotFound\)/,
    read: (stdout) => (stdout === '' ? nothingThere : valueThere({ version: stdout })),
  }),
});

/** Prints the version of the Secret where it has the key, and never a value. */
function versionOf(key: string): string {
  return `{{if .data}}{{with index .data "${key}"}}{{$.metadata.resourceVersion}}{{end}}{{end}}`;
}

function applyArgs(namespace: string, key: string, isTrial: boolean): readonly string[] {
  return [
    'apply',
    '--server-side',
    '--force-conflicts',
    `--field-manager=${fieldManager(key)}`,
    ...(isTrial ? ['--dry-run=server'] : []),
    '-n',
    namespace,
    '-f',
    '-',
  ];
}

/** What the API server takes. */
const maxManagerLength = 128;

/** One for each key: a manager that applies another key gives up, and so removes, the one it applied before. */
function fieldManager(key: string): string {
  const plain = `sactl.${key}`;
  if (plain.length <= maxManagerLength) return plain;
  return `sactl.${createHash('sha256').update(key).digest('hex')}`;
}

/** Without a type: that of a Secret that is there cannot be changed, and `Opaque` is the default. */
function manifest(secret: string, key: string, value: string): Secret {
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret },
    data: { [key]: Buffer.from(value).toString('base64') },
  };
  return new Secret(JSON.stringify(object));
}
