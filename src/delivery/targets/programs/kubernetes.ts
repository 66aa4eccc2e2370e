import { createHash } from 'node:crypto';

import { Secret } from '../../../model/credential.ts';
import { expandName, fixedNameProblems, nameProblems, nameRule } from '../expand.ts';
import { programTarget } from './program-target.ts';
import type { Scheme, TargetSpec } from '../scheme.ts';

/** `kubernetes:<namespace>/<secret>#<key>`: one key of a Secret, in the cluster that kubectl talks to. */
export const kubernetesScheme: Scheme = {
  problems: (spec) => {
    const { namespace, secret } = partsOf(spec);
    return [
      ...fixedNameProblems(namespace, namespaceRule),
      ...nameProblems(secret, secretRule),
      ...nameProblems(spec.slot ?? '', keyRule),
    ];
  },
  create: (spec, subject, environment) => {
    const parts = partsOf(spec);
    const { namespace } = parts;
    const secret = expandName(parts.secret, secretRule, subject);
    const key = expandName(spec.slot ?? '', keyRule, subject);
    const place = `kubernetes:${namespace}/${secret}`;
    return programTarget({
      given: spec.given,
      name: `${place}#${key}`,
      place: { place, slot: key },
      program: 'kubectl',
      environment,
      checks: [
        {
          args: applyArgs(namespace, key, true),
          input: manifest(secret, key, 'placeholder'),
          hint: 'kubectl config current-context',
        },
      ],
      deliver: (run, { text }) =>
        run({ args: applyArgs(namespace, key, false), input: manifest(secret, key, text.reveal()) }),
    });
  },
};

function partsOf({ body }: TargetSpec): { readonly namespace: string; readonly secret: string } {
  const [namespace = '', ...rest] = body.split('/');
  return { namespace, secret: rest.join('/') };
}

const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const namespaceRule = nameRule(
  'the namespace',
  'up to 63 lower-case letters, digits and - are right',
  (name) => name.length <= 63 && label.test(name),
);

const secretRule = nameRule(
  "the Secret's name",
  'up to 253 lower-case letters, digits, - and . are right, after <namespace>/',
  (name) => name.length <= 253 && name.split('.').every((part) => label.test(part)),
);

/** https://kubernetes.io/docs/concepts/configuration/secret/ */
const keyRule = nameRule(
  'the key',
  'up to 253 letters, digits, -, _ and . are right, without .. at the start',
  (name) => /^(?!\.\.|\.$)[\w.-]{1,253}$/.test(name),
);

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
