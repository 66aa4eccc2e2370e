import type { Context } from '../context.ts';
import type { ProviderName } from '../model/account.ts';
import { variable } from './directories.ts';

/** The environment variables that make up one provider's connection; the provider's folder holds this data. */
export interface EnvironmentConnection {
  /** `default` is null where the variable is required; `variable` where there is none. */
  readonly endpoint: { readonly variable: DescribedVariable | null; readonly default: string | null };
  /** The variable that names the organization; null where the provider has none. */
  readonly organization: DescribedVariable | null;
  /** The variables that can hold the credential, the preferred ones first. */
  readonly secrets: readonly EnvironmentSecret[];
  /** Where a person gets such a credential, for `sactl help setup`. */
  readonly origin: string;
  /** A file below the home directory that holds the secret where no variable does; then nothing is required. */
  readonly file?: string;
  /** Whether the secret is a document, which may have several lines. */
  readonly isDocument?: true;
}

export interface DescribedVariable {
  readonly name: string;
  /** For `sactl help environment`, e.g. `the address of the identity service`. */
  readonly meaning: string;
}

/** Variables that together are a credential, e.g. `RUNAI_CLIENT_SECRET` and `RUNAI_CLIENT_ID`. */
export interface EnvironmentSecret {
  readonly secret: string;
  /** null where the secret works alone. */
  readonly clientId: string | null;
  /** For `sactl help environment`, e.g. `the token to work with`. */
  readonly meaning: string;
}

export type EnvironmentConnections = Readonly<Record<ProviderName, EnvironmentConnection>>;

/** The first secret whose variables are all set, or null. */
export function findSecret(connection: EnvironmentConnection, env: Context['env']): EnvironmentSecret | null {
  return connection.secrets.find((secret) => namesOf(secret).every((name) => variable(env, name) !== null)) ?? null;
}

/** e.g. `RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, or RUNAI_TOKEN`. */
export function describeSecrets(connection: EnvironmentConnection): string {
  return connection.secrets.map((secret) => namesOf(secret).join(' and ')).join(', or ');
}

/** What is set of an incomplete secret, or null, e.g. `RUNAI_CLIENT_ID is set but RUNAI_CLIENT_SECRET is not`. */
export function describeIncomplete(connection: EnvironmentConnection, env: Context['env']): string | null {
  for (const names of connection.secrets.map(namesOf)) {
    const set = names.find((name) => variable(env, name) !== null);
    const unset = names.find((name) => variable(env, name) === null);
    if (set !== undefined && unset !== undefined) return `${set} is set but ${unset} is not`;
  }
  return null;
}

/** The variables of a secret, in the order people set them. */
export function namesOf({ clientId, secret }: EnvironmentSecret): readonly string[] {
  return clientId === null ? [secret] : [clientId, secret];
}
