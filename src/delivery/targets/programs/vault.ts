import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { nameRule, type NameRule } from '../expand.ts';
import type { StoredValue } from '../target.ts';
import { objectIn, readJson, storedIn } from './output.ts';
import { fixed, free, nothingThere, programScheme, valueThere } from './program-kind.ts';
import type { CheckResult, Tool } from './program-target.ts';

const segmentForm = 'it must not be empty, . or .., nor have white space or control characters';

function isSegment(name: string): boolean {
  return !/^\.{1,2}$|[\s\p{Cc}]/u.test(name);
}

/** The path is an argument: with a `-` at its start it would be an option. */
const mountRule = nameRule(
  'the mount',
  `${segmentForm}, nor start with -`,
  (name) => !name.startsWith('-') && isSegment(name),
);

const segmentRule = nameRule('a part of the path', segmentForm, isSegment);

const pathRule: NameRule = {
  what: 'the path',
  problem: (path) => {
    if (path === '') return 'a path must follow the mount, e.g. secret/ci';
    const problems = path.split('/').map((segment) => segmentRule.problem(segment));
    return problems.find((problem) => problem !== null) ?? null;
  },
};

/** The field is the start of an argument too, up to the first `=`. */
const fieldRule = nameRule(
  'the field',
  'it must not start with - nor have =, white space or control characters',
  (name) => !/^-|[=\s\p{Cc}]/u.test(name),
);

/** `vault:<path>#<field>`: one field of a secret in a KV store (version 2) of HashiCorp Vault. */
export const vaultScheme = programScheme({
  program: 'vault',
  body: /^(?<mount>[^/]*)(?:\/(?<path>.*))?$/s,
  names: { mount: fixed(mountRule), path: free(pathRule), slot: free(fieldRule) },
  check: async (tool, { mount, path }) => {
    const { problem } = await tool({ args: ['token', 'lookup'], input: null });
    if (problem !== null) return { problem, hint: 'vault login' };
    return mayWrite(tool, `${mount}/${path}`);
  },
  deliver: async (tool, { mount, path, slot }, { text }) => {
    const patched = await tool({ args: ['kv', 'patch', `${mount}/${path}`, `${slot}=-`], input: text });
    if (!isAbsent(patched)) return patched;
    return tool({ args: ['kv', 'put', '-cas=0', `${mount}/${path}`, `${slot}=-`], input: text });
  },
  stored: ({ mount, path }) => ({
    run: { args: ['kv', 'metadata', 'get', '-format=json', `${mount}/${path}`], input: null, keepsStdout: 1024 * 1024 },
    absence: /No value found at /,
    read: metadataIn,
  }),
});

/**
 * Whether a patch failed because there is nothing to patch. vault has no exit code for that: a PATCH request is answered
 * by 404 with an empty list of errors, and reading first, where PATCH is not allowed, ends with `No value found`.
 */
function isAbsent({ problem, stderr }: ProgramOutcome): boolean {
  return problem !== null && /No value found at |Code: 404\. Errors:\s*$/.test(stderr);
}

const unknown = 'whether the token of vault may write there is not known until then';

/**
 * Asks what the token may do at the path that the store has for it, behind `data/`. Where even that may not be asked, it is
 * not known (https://developer.hashicorp.com/vault/docs/commands/token/capabilities).
 */
async function mayWrite(tool: Tool, path: string): Promise<CheckResult> {
  const mount = await readJson(tool, ['read', '-format=json', `sys/internal/ui/mounts/${path}`]);
  const { path: root, options } = objectIn(objectIn(mount)['data']);
  if (typeof root !== 'string' || !path.startsWith(root)) return { warnings: [`vault:${path}: ${unknown}`] };
  if (objectIn(options)['version'] !== '2') {
    return { problem: `has no version 2 of KV at ${root}`, hint: 'vault kv enable-versioning would make it one' };
  }
  const asked = `${root}data/${path.slice(root.length)}`;
  const capabilities = await readJson(tool, ['token', 'capabilities', '-format=json', asked]);
  if (!Array.isArray(capabilities)) return { warnings: [`vault:${path}: ${unknown}`] };
  if (capabilities.some((one) => writing.has(String(one)))) return { warnings: [] };
  return {
    problem: `says that its token may not write ${asked}: ${capabilities.join(', ')}`,
    hint: 'a policy must give it create, update and patch there',
  };
}

const writing: ReadonlySet<string> = new Set(['root', 'create', 'update', 'patch']);

function metadataIn(stdout: string): StoredValue | null {
  return storedIn(stdout, ({ data }) => {
    const { current_version: version, updated_time: updatedAt } = objectIn(data);
    return version === 0 ? nothingThere : valueThere({ version, updatedAt });
  });
}
