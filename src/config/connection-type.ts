import type { ProviderName } from '../model/account.ts';
import type { Secret } from '../model/credential.ts';
import type { Configuration, ConfigurationFlags } from './configuration.ts';
import type { EnvironmentConnections } from './environment.ts';
import type { CredentialSource } from './profile.ts';
import type { Setting } from './setting.ts';

/** Everything needed to talk to one provider: one unit from one source (DESIGN.md 4). */
export interface Connection {
  readonly provider: ProviderName;
  readonly profile: string | null;
  /** As the user wrote it; not checked yet. Empty in the sandbox. */
  readonly endpoint: string;
  /** For people, e.g. `environment variable RUNAI_BASE_URL`, `profile prod in ~/.config/sactl/config.yaml`, `default`. */
  readonly endpointSource: string;
  readonly organization: Setting<string | null>;
  /** An absolute path of a PEM file. */
  readonly ca: { readonly path: string; readonly source: string } | null;
  /** null in the sandbox, which reads none. */
  readonly credential: ConnectionCredential | null;
  /** A question for a person, asked unless `--allow-endpoint-override` was given; null when there is none to ask. */
  readonly needsConfirmation: string | null;
  /** Sentences for stderr. */
  readonly warnings: readonly string[];
}

interface ConnectionCredential {
  /** For people, e.g. `environment variable NSCALE_SERVICE_TOKEN`. */
  readonly source: string;
  /** Not null when the secret belongs to a client id, and has to be exchanged for a token. */
  readonly clientId: string | null;
  /** Where the profile's secret is; null where it comes from the environment of no profile. */
  readonly profileSource: CredentialSource | null;
  /** Reads the secret anew; throws an AuthError (`unauthenticated`) that names the source. */
  readonly read: () => Promise<Secret>;
}

export interface ResolveOptions {
  readonly configuration: Configuration;
  readonly flags: ConfigurationFlags;
  readonly environments: EnvironmentConnections;
}
