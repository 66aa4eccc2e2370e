import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { breakGlass, ops } from '../../harness/age.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import type { NscaleDeployment } from '../../harness/nscale.ts';
import { keepCredential, rotation, watched, type Watched } from './entries.ts';

/** The deployment, whose runs have these variables. */
export function sealing(deployment: NscaleDeployment, env: Record<string, string>): Watched {
  return {
    ...watched(deployment),
    context: (given = {}) => deployment.context({ ...given, env: { ...env, ...given.env } }),
    run: (argv, given = {}) => deployment.run(argv, { ...given, env: { ...env, ...given.env } }),
  };
}

/** What a runner knows: for whom to seal. */
export const recipients = { SACTL_STATE_RECIPIENTS: `${ops.recipient},${breakGlass.recipient}` };

/** The same, with one credential that a run could not deliver. */
export async function withSealed(deployment: NscaleDeployment, argv: readonly string[] = rotation): Promise<Watched> {
  const runner = sealing(deployment, recipients);
  await keepCredential(runner, argv);
  return { ...runner, asked: watched(deployment).asked };
}

/** Who has this identity. */
export function as(identity: string): TestContextOptions & { readonly env: Record<string, string> } {
  return { env: { SACTL_STATE_IDENTITY: identity } };
}

/** Everything that the folder of the state holds. */
export async function stateOf({ stateDirectory }: Pick<Watched, 'stateDirectory'>): Promise<string> {
  const names = await readdir(stateDirectory, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}

/** The ways in which a secret is written somewhere: as it is, in parts, and encoded, wherever it begins in three bytes. */
export function tracesOf(secret: string, text: string): readonly string[] {
  const shifted = ['', 'x', 'xx'].map((before) => Buffer.from(`${before}${secret}`).toString('base64').slice(4, -4));
  const half = secret.slice(0, Math.ceil(secret.length / 2));
  const forms = [secret, half, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...shifted];
  return forms.filter((form) => text.includes(form));
}
