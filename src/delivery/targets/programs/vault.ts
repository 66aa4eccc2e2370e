import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { expandName, fixedNameProblems, nameProblems, nameRule } from '../expand.ts';
import { programTarget } from './program-target.ts';
import type { Scheme } from '../scheme.ts';

/** `vault:<path>#<field>`: one field of a secret in a KV store (version 2) of HashiCorp Vault. */
export const vaultScheme: Scheme = {
  problems: ({ body, slot }) => {
    const [mount = '', ...segments] = body.split('/');
    return [
      ...fixedNameProblems(mount, mountRule),
      ...(segments.length === 0 ? ['a path must follow the mount, e.g. secret/ci'] : []),
      ...segments.flatMap((segment) => nameProblems(segment, segmentRule)),
      ...nameProblems(slot ?? '', fieldRule),
    ];
  },
  create: (spec, subject, environment) => {
    const segments = spec.body.split('/');
    const path = segments.map((segment) => expandName(segment, segmentRule, subject)).join('/');
    const field = expandName(spec.slot ?? '', fieldRule, subject);
    return programTarget({
      given: spec.given,
      name: `vault:${path}#${field}`,
      place: { place: `vault:${path}`, slot: field },
      program: 'vault',
      environment,
      checks: [{ args: ['token', 'lookup'], input: null, hint: 'vault login' }],
      deliver: async (run, { text }) => {
        const patched = await run({ args: ['kv', 'patch', path, `${field}=-`], input: text });
        if (!isAbsent(patched)) return patched;
        return run({ args: ['kv', 'put', '-cas=0', path, `${field}=-`], input: text });
      },
    });
  },
};

const segmentForm = 'it must not be empty, . or .., nor have white space or control characters';

function isSegment(name: string): boolean {
  return !/^\.{1,2}$|[\s\p{Cc}]/u.test(name);
}

const segmentRule = nameRule('a part of the path', segmentForm, isSegment);

/** The path is an argument: with a `-` at its start it would be an option. */
const mountRule = nameRule(
  'the mount',
  `${segmentForm}, nor start with -`,
  (name) => !name.startsWith('-') && isSegment(name),
);

/** The field is the start of an argument too, up to the first `=`. */
const fieldRule = nameRule(
  'the field',
  'it must not start with - nor have =, white space or control characters',
  (name) => !/^-|[=\s\p{Cc}]/u.test(name),
);

/**
 * Whether a patch failed because there is nothing to patch. vault has no exit code for that: a PATCH request is answered
 * by 404 with an empty list of errors, and reading first, where PATCH is not allowed, ends with `No value found`.
 */
function isAbsent({ problem, stderr }: ProgramOutcome): boolean {
  return problem !== null && /No value found at |Code: 404\. Errors:\s*$/.test(stderr);
}
