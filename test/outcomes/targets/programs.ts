import type { TargetKindName } from '../../../src/delivery/targets/kinds.ts';
import type { Answer } from '../../delivery/programs/fakes.ts';
import type { FileKind } from './files.ts';

/** How a program that serves a kind of target ends when something is wrong, in its own words. */
export interface ProgramWorld {
  readonly given: string;
  readonly program: string;
  /** What it says when all is well. */
  readonly good?: readonly Answer[];
  /** What its arguments begin with when it is given the credential, and how often they do so before that. */
  readonly write: { readonly when: string; readonly tries?: number };
  /** Nobody is signed in; null where it signs in nowhere. */
  readonly signedOut: Answer | null;
  /** The place may be read, and not be written. */
  readonly readOnly: Answer | null;
  /** Where it asks nothing beforehand, it is the program that is gone. */
  readonly gone: Answer | 'the program';
  /** Whether it is asked anything beforehand. */
  readonly isTried: boolean;
  /** What it says of a refusal that lasts, and of a failure that passes, when it is given the credential. */
  readonly refuses: string;
  readonly fails: string;
}

function no(when: string, stderr: string, code = 1): Answer {
  return { when, code, stderr };
}

const glab = 'api --hostname gitlab.com';
const item = JSON.stringify({
  category: 'API_CREDENTIAL',
  fields: [{ id: 'credential', label: 'credential', value: 'old' }],
});
const kubectlWrite = 'apply --server-side --force-conflicts --field-manager=sactl.token';
const vaultDenied = 'Error making API request.\n\nCode: 403. Errors:\n\n* permission denied';

/** An error of AWS, as aws prints it. */
function awsError(code: string, operation: string, message: string): string {
  return `An error occurred (${code}) when calling the ${operation} operation: ${message}`;
}

export const programWorlds: Readonly<Record<Exclude<TargetKindName, FileKind>, ProgramWorld>> = {
  exec: {
    given: 'exec:take',
    program: 'take',
    write: { when: '' },
    signedOut: null,
    readOnly: null,
    gone: 'the program',
    isTried: false,
    refuses: 'HTTP 403: Forbidden',
    fails: 'HTTP 503: try later',
  },
  'gh-secret': {
    given: 'gh-secret:acme/app#TOKEN',
    program: 'gh',
    write: { when: 'secret set' },
    signedOut: no('', 'To get started with GitHub CLI, please run:  gh auth login', 4),
    readOnly: no('secret set', 'failed to set secret "TOKEN": HTTP 403: Resource not accessible by integration'),
    gone: no('api', 'gh: Not Found (HTTP 404)'),
    isTried: true,
    refuses: 'failed to set secret "TOKEN": HTTP 403: Forbidden',
    fails: 'failed to set secret "TOKEN": HTTP 502: Server Error',
  },
  'gitlab-variable': {
    given: 'gitlab-variable:acme/app#TOKEN',
    program: 'glab',
    write: { when: `${glab} projects/acme%2Fapp/variables/TOKEN --method` },
    signedOut: no('', 'glab: 401 Unauthorized (HTTP 401)'),
    readOnly: { when: `${glab} personal_access_tokens`, stdout: '{"scopes":["read_api"]}' },
    gone: no(`${glab} `, 'glab: 404 Variable Not Found (HTTP 404)'),
    isTried: true,
    refuses: 'glab: map[message:map[value:[is invalid]]]+',
    fails: 'glab: HTTP 502',
  },
  kubernetes: {
    given: 'kubernetes:ci/nscale#token',
    program: 'kubectl',
    write: { when: `${kubectlWrite} -n` },
    signedOut: no('', 'error: You must be logged in to the server (Unauthorized)'),
    readOnly: no('apply', 'Error from server (Forbidden): secrets "nscale" is forbidden'),
    gone: no('apply', 'Error from server (NotFound): namespaces "ci" not found'),
    isTried: true,
    refuses: 'Error from server (Forbidden): secrets "nscale" is forbidden',
    fails: 'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
  },
  vault: {
    given: 'vault:secret/ci#token',
    program: 'vault',
    good: [
      { when: 'read', stdout: '{"data":{"path":"secret/","options":{"version":"2"}}}' },
      { when: 'token capabilities', stdout: '["create","patch"]' },
    ],
    write: { when: 'kv patch' },
    signedOut: no('token lookup', vaultDenied, 2),
    readOnly: { when: 'token capabilities', stdout: '["list","read"]' },
    gone: { when: 'read', stdout: '{"data":{"path":"secret/","options":null}}' },
    isTried: true,
    refuses: vaultDenied,
    fails: 'Error making API request.\n\nCode: 503. Errors:\n\n* Vault is sealed',
  },
  'aws-secret': {
    given: 'aws-secret:ci/nscale',
    program: 'aws',
    good: [
      {
        when: 'secretsmanager get',
        stdout: '{"VersionId":"aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb","SecretString":"old"}',
      },
    ],
    write: { when: 'secretsmanager put', tries: 1 },
    signedOut: no('', 'Unable to locate credentials. You can configure credentials by running "aws login".', 253),
    readOnly: no('secretsmanager put', awsError('AccessDeniedException', 'PutSecretValue', 'not authorized'), 254),
    gone: no('', awsError('ResourceNotFoundException', 'GetSecretValue', "can't find the specified secret."), 254),
    isTried: true,
    refuses: awsError('AccessDeniedException', 'PutSecretValue', 'not authorized'),
    fails: awsError('InternalServiceError', 'PutSecretValue', 'try later'),
  },
  'gcp-secret': {
    given: 'gcp-secret:acme-prod/nscale',
    program: 'gcloud',
    write: { when: 'secrets versions add' },
    signedOut: no('', 'ERROR: You do not currently have an active account selected. Please run: $ gcloud auth login'),
    readOnly: no('secrets versions add', "ERROR: PERMISSION_DENIED: Permission 'secretmanager.versions.add' denied"),
    gone: no('secrets describe', 'ERROR: NOT_FOUND: Secret [projects/4711/secrets/nscale] not found.'),
    isTried: true,
    refuses: "ERROR: PERMISSION_DENIED: Permission 'secretmanager.versions.add' denied",
    fails: 'ERROR: UNAVAILABLE: The service is currently unavailable.',
  },
  'azure-keyvault': {
    given: 'azure-keyvault:acme-prod/nscale',
    program: 'az',
    good: [{ when: 'keyvault secret show', stdout: '{"type":null,"tags":null}' }],
    write: { when: 'keyvault secret set' },
    signedOut: no('', "ERROR: Please run 'az login' to setup account."),
    readOnly: no('keyvault secret set', 'ERROR: (Forbidden) Caller is not authorized to perform action on resource.'),
    gone: no('', "ERROR: Failed to resolve 'acme-prod.vault.azure.net'"),
    isTried: true,
    refuses: 'ERROR: (Forbidden) Caller is not authorized to perform action on resource.',
    fails: 'ERROR: (InternalServerError) try later',
  },
  doppler: {
    given: 'doppler:web/prd#TOKEN',
    program: 'doppler',
    write: { when: 'secrets set' },
    signedOut: no('', '{"error":"you must provide a token"}'),
    readOnly: no('secrets set', 'Doppler Error: This token does not have access to requested config'),
    gone: no('secrets --only-names', '{"error":"Could not find requested config \'prd\'"}'),
    isTried: true,
    refuses: 'Doppler Error: This token does not have access to requested config',
    fails: 'Doppler Error: Request failed with HTTP 503',
  },
  op: {
    given: 'op:CI/nscale#credential',
    program: 'op',
    good: [{ when: 'item get', stdout: item, echoes: 'item edit' }],
    write: { when: 'item edit' },
    signedOut: no('', '[ERROR] account is not signed in'),
    readOnly: no('item edit', "[ERROR] (403) Forbidden: You aren't authorized to perform this action."),
    gone: no('item get', '[ERROR] "nscale" isn\'t an item in the "CI" vault.'),
    isTried: true,
    refuses: "[ERROR] (403) Forbidden: You aren't authorized to perform this action.",
    fails: '[ERROR] (429) Too Many Requests',
  },
};
