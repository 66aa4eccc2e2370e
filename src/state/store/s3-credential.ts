import type { Context, Environment } from '../../context.ts';
import { Secret } from '../../model/credential.ts';
import { asText, parseFields } from '../../model/account.ts';
import { StateError } from './store.ts';

/** What a request to S3 is signed with. */
export interface S3Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | null;
  /** Milliseconds since the epoch; null where it does not say. */
  readonly expiresAt: number | null;
}

export interface S3CredentialSource {
  readonly env: Environment;
  /** What a command prints as AWS's `credential_process` does; null where the environment holds the credential. */
  readonly document: (() => Promise<Secret>) | null;
  readonly now: Context['now'];
}

/** A credential is read anew when it has less than this left. */
const reserveMs = 60_000;

/** Reads the credential when it is first needed, and again before it expires. @throws StateError without one */
export function s3Credentials({ env, document, now }: S3CredentialSource): () => Promise<S3Credential> {
  let current: Promise<S3Credential> | null = null;
  async function read(): Promise<S3Credential> {
    return document === null ? fromEnvironment(env) : fromDocument(await document());
  }
  return async () => {
    const known = await current?.catch(() => null);
    const isFresh = known !== undefined && known !== null && (known.expiresAt ?? Infinity) - now() > reserveMs;
    if (!isFresh) current = read();
    return (await current) ?? read();
  };
}

function fromEnvironment(env: Environment): S3Credential {
  const accessKeyId = env['AWS_ACCESS_KEY_ID']?.trim() ?? '';
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY']?.trim() ?? '';
  const sessionToken = env['AWS_SESSION_TOKEN']?.trim() ?? '';
  const missing = [
    ...(accessKeyId === '' ? ['AWS_ACCESS_KEY_ID'] : []),
    ...(secretAccessKey === '' ? ['AWS_SECRET_ACCESS_KEY'] : []),
  ];
  if (missing.length > 0) {
    throw new StateError(`no credential for the state store: ${missing.join(' and ')} not set`, {
      hint: 'set them, or name a command: "credential: {command: [aws, configure, export-credentials]}" beside the store',
    });
  }
  return checked({ accessKeyId, secretAccessKey, sessionToken, expiresAt: null }, 'the environment');
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
function fromDocument(text: Secret): S3Credential {
  const fields = parseFields(text.reveal());
  const accessKeyId = asText(fields?.['AccessKeyId']) ?? '';
  const secretAccessKey = asText(fields?.['SecretAccessKey']) ?? '';
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new StateError(
      'no credential for the state store: the output of its command has no AccessKeyId and SecretAccessKey',
      { hint: 'it must print what credential_process expects, as "aws configure export-credentials" does' },
    );
  }
  const expiresAt = Date.parse(asText(fields?.['Expiration']) ?? '');
  const sessionToken = asText(fields?.['SessionToken']) ?? '';
  const end = Number.isNaN(expiresAt) ? null : expiresAt;
  return checked({ accessKeyId, secretAccessKey, sessionToken, expiresAt: end }, 'its command');
}

interface Plain extends Pick<S3Credential, 'accessKeyId' | 'expiresAt'> {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What stands in a header has to fit into one, or its error would quote it. */
function checked({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: Plain, source: string): S3Credential {
  if (!/^[\w-]{1,128}$/.test(accessKeyId) || !/^[!-~]+$/.test(secretAccessKey) || !/^[!-~]*$/.test(sessionToken)) {
    throw new StateError(
      `the credential for the state store from ${source} has characters that no such credential has`,
    );
  }
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: sessionToken === '' ? null : new Secret(sessionToken),
    expiresAt,
  };
}
