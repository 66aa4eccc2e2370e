import { Secret } from '../../../model/credential.ts';
import { jsonText, parseExactly } from '../../../model/exact-number.ts';
import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { nameRule } from '../expand.ts';
import { isJsonObject, jsonIn, objectIn, storedIn } from './output.ts';
import { fixed, free, nothingThere, programScheme, valueThere, type Names, type ProgramName } from './program-kind.ts';
import type { CheckResult, ProgramRun } from './program-target.ts';
import type { StoredValue } from '../target.ts';

type Name = 'id' | 'slot' | 'region';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const idRule = nameRule('the secret', 'use a name of letters, digits and /_+=.@-, or an ARN', (id) =>
  /^(?:(?!-)[\w/+=.@-]{1,512}|arn:aws[\w-]*:secretsmanager:[\w-]+:\d+:secret:[\w/+=.@-]+)$/.test(id),
);

const keyRule = nameRule('the key', 'use a key of the JSON object, without control characters', (key) =>
  /^[^\p{Cc}]+$/u.test(key),
);

const regionRule = nameRule('the region', 'use e.g. eu-west-1', (name) => /^[a-z]{2}[a-z0-9-]+-\d+$/.test(name));

function mayLack(form: ProgramName): ProgramName {
  return { ...form, isOptional: true };
}

/** `aws-secret:<id>[#<json key>][?region=<region>]`: a secret of AWS Secrets Manager that is there, or one key of its JSON. */
export const awsSecretScheme = programScheme<Name>({
  program: 'aws',
  body: /^(?<id>.*)$/s,
  names: { id: free(idRule), slot: mayLack(free(keyRule)), region: mayLack(fixed(regionRule)) },
  variables: () => ({ AWS_PAGER: '', AWS_CLI_AUTO_PROMPT: 'off' }),
  check: async (tool, names) => {
    const found = await tool(readRun(names));
    if (found.problem !== null) return withoutReading(names, found);
    const { version, text } = valueIn(found.stdout);
    const problem = names.slot === '' ? null : mergeProblem(text);
    if (problem !== null) return { problem, hint: 'leave out #<json key>, or store a JSON object there first' };
    // The same value under the same version changes nothing, and is refused where writing is not allowed.
    if (version === null || text === null) return { warnings: [`aws-secret:${names.id}: ${unknown}`] };
    const { problem: refusal } = await tool(putRun(names, new Secret(text), version));
    return refusal === null ? { warnings: [] } : { problem: refusal, hint: writeHint };
  },
  deliver: async (tool, names, { text }) => {
    if (names.slot === '') return tool(putRun(names, text));
    const found = await tool(readRun(names));
    const isNew = found.problem !== null && hasNoValue(found);
    if (found.problem !== null && !isNew) return found;
    const { text: before } = isNew ? { text: '{}' } : valueIn(found.stdout);
    const problem = mergeProblem(before);
    if (problem !== null) return { ...found, problem, isFinal: true };
    const merged = { ...objectIn(parseExactly(before ?? '')), [names.slot]: text.reveal() };
    return tool(putRun(names, new Secret(jsonText(merged))));
  },
  stored: (names) => ({
    run: names.slot === '' ? describeRun(names) : readRun(names),
    absence: /ResourceNotFoundException/,
    read: (stdout) => (names.slot === '' ? describedIn(stdout) : keyIn(stdout, names.slot)),
  }),
  isFinal:
    /AccessDenied|ResourceNotFoundException|InvalidParameterException|InvalidRequestException|ExpiredToken|UnrecognizedClient|InvalidClientTokenId|Unable to locate credentials|SSO session|SSO Token|Token has expired|could not be found/,
});

const unknown = 'whether it may be written is not known until then';

const writeHint =
  'it takes secretsmanager:PutSecretValue and, for a key of your own, kms:GenerateDataKey and kms:Decrypt';

function command(names: Names<Name>, verb: string): readonly string[] {
  const region = names.region === '' ? (/^arn:[^:]*:[^:]*:([^:]*):/.exec(names.id)?.[1] ?? '') : names.region;
  return ['secretsmanager', verb, ...(region === '' ? [] : ['--region', region]), '--output', 'json'];
}

function readRun(names: Names<Name>): ProgramRun {
  return {
    args: [...command(names, 'get-secret-value'), '--secret-id', names.id],
    input: null,
    keepsStdout: 1024 * 1024,
  };
}

function describeRun(names: Names<Name>): ProgramRun {
  return { args: [...command(names, 'describe-secret'), '--secret-id', names.id], input: null };
}

/**
 * Puts a value; under the version that has it already, that changes nothing. aws reads stdin by a path alone, and the path of
 * `--cli-input-json` twice, so that a pipe would be empty
 * (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html).
 */
function putRun(names: Names<Name>, value: Secret, version: string | null = null): ProgramRun {
  const token = version === null ? [] : ['--client-request-token', version];
  const args = [...command(names, 'put-secret-value'), '--secret-id', names.id, '--secret-string', 'file:///dev/stdin'];
  return { args: [...args, ...token], input: value, readsPath: true };
}

/** What a value says that may not be read, or is not there. */
function withoutReading(names: Names<Name>, found: ProgramOutcome): CheckResult {
  if (hasNoValue(found)) return { warnings: [`aws-secret:${names.id}: ${unknown}: it has no value yet`] };
  const problem = found.problem ?? '';
  if (/ResourceNotFoundException/.test(found.stderr)) {
    return { problem, hint: `aws secretsmanager create-secret --name ${names.id}` };
  }
  if (!/AccessDenied/.test(found.stderr)) return { problem, hint: 'aws configure, aws sso login, or the right region' };
  if (names.slot !== '') return { problem, hint: 'to keep its other keys, it takes secretsmanager:GetSecretValue' };
  return { warnings: [`aws-secret:${names.id}: ${unknown}: it may not be read`] };
}

function hasNoValue({ stderr }: ProgramOutcome): boolean {
  return /ResourceNotFoundException.*staging label/s.test(stderr);
}

function valueIn(stdout: string): { readonly version: string | null; readonly text: string | null } {
  const { VersionId: version, SecretString: text } = objectIn(jsonIn(stdout));
  return { version: typeof version === 'string' ? version : null, text: typeof text === 'string' ? text : null };
}

function mergeProblem(text: string | null): string | null {
  return isJsonObject(jsonIn(text ?? '')) ? null : 'says that the secret is not a JSON object, so it has no keys';
}

function describedIn(stdout: string): StoredValue | null {
  return storedIn(stdout, ({ VersionIdsToStages: versions, LastChangedDate: changed }) => {
    const current = Object.entries(objectIn(versions)).find(
      ([, stages]) => Array.isArray(stages) && stages.includes('AWSCURRENT'),
    );
    return current === undefined ? nothingThere : valueThere({ version: current[0], updatedAt: timeOf(changed) });
  });
}

function keyIn(stdout: string, key: string): StoredValue | null {
  return storedIn(stdout, ({ CreatedDate: created }) => {
    const { version, text } = valueIn(stdout);
    const value = objectIn(jsonIn(text ?? ''))[key];
    if (value === undefined || value === '') return nothingThere;
    return valueThere({ version, updatedAt: timeOf(created) });
  });
}

/** A time as text, or in seconds since the epoch, as version 1 of aws prints it. */
function timeOf(value: unknown): string {
  const time = new Date(typeof value === 'number' ? value * 1000 : String(value));
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
