import { dotenvScheme } from './dotenv.ts';
import { execScheme } from './exec.ts';
import { fileScheme } from './file.ts';
import { ghSecretScheme } from './gh-secret.ts';
import { githubEnvScheme } from './github-env.ts';
import { githubOutputScheme } from './github-output.ts';
import { kubernetesScheme } from './kubernetes.ts';
import { profileScheme } from './profile.ts';
import type { Scheme } from './scheme.ts';
import { sessionScheme } from './session.ts';
import { vaultScheme } from './vault.ts';

/** All kinds of targets by the name that `--to` begins with. */
export const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['file', fileScheme],
  ['dotenv', dotenvScheme],
  ['session', sessionScheme],
  ['profile', profileScheme],
  ['github-env', githubEnvScheme],
  ['github-output', githubOutputScheme],
  ['exec', execScheme],
  ['gh-secret', ghSecretScheme],
  ['kubernetes', kubernetesScheme],
  ['vault', vaultScheme],
]);

/** The kinds that the sandbox carries out, below the working directory (DESIGN.md 7). */
export const sandboxSchemes: ReadonlySet<string> = new Set(['file', 'dotenv', 'session']);
