import type { Context } from '../context.ts';
import type { ProviderName } from '../model/account.ts';
import { variable } from './directories.ts';

/** The environment variables that make up one provider's connection; the provider's folder holds this data. */
export interface EnvironmentConnection {
  /** `default` is null where the variable is required; `variable` where there is none. */
  readonly endpoint: { readonly variable: DescribedVariable | null; readonly default: string | null };
  /** The variable that names the organization; null where the provider has none. */
  readonly organization: DescribedVariable | null;
  /** The ways to give the credential, the preferred one first. */
  readonly secrets: readonly EnvironmentSecret[];
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

/** The first way that is completely set, null when none is. */
export function findSecret(connection: EnvironmentConnection, env: Context['env']): EnvironmentSecret | null {
  return connection.secrets.find((way) => namesOf(way).every((name) => variable(env, name) !== null)) ?? null;
}

/** e.g. `RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, or RUNAI_TOKEN`. */
export function describeSecrets(connection: EnvironmentConnection): string {
  return connection.secrets.map((way) => namesOf(way).join(' and ')).join(', or ');
}

/** What is set of a credential that is not complete, e.g. `RUNAI_CLIENT_ID is set but RUNAI_CLIENT_SECRET is not`. */
export function describeIncomplete(connection: EnvironmentConnection, env: Context['env']): string | null {
  for (const way of connection.secrets) {
    const set = namesOf(way).find((name) => variable(env, name) !== null);
    const unset = namesOf(way).find((name) => variable(env, name) === null);
    if (set !== undefined && unset !== undefined) return `${set} is set but ${unset} is not`;
  }
  return null;
}

/** The variables of one way, in the order people set them. */
export function namesOf(way: EnvironmentSecret): readonly string[] {
  return way.clientId === null ? [way.secret] : [way.clientId, way.secret];
}
