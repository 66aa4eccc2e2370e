import { dotenvScheme } from './dotenv.ts';
import { awsSecretScheme } from './programs/aws-secret.ts';
import { azureKeyvaultScheme } from './programs/azure-keyvault.ts';
import { dopplerScheme } from './programs/doppler.ts';
import { execScheme } from './programs/exec.ts';
import { gcpSecretScheme } from './programs/gcp-secret.ts';
import { withField } from './field.ts';
import { fileScheme, profileScheme } from './file.ts';
import { ghSecretScheme } from './programs/gh-secret.ts';
import { gitlabVariableScheme } from './programs/gitlab-variable.ts';
import { opScheme } from './programs/op.ts';
import { githubEnvScheme, githubOutputScheme } from './github.ts';
import { targetKinds, type TargetKindName } from './kinds.ts';
import { kubernetesScheme } from './programs/kubernetes.ts';
import type { Scheme, TargetSpec } from './scheme.ts';
import { sessionScheme } from './session.ts';
import { vaultScheme } from './programs/vault.ts';
import { UsageError } from '../../errors.ts';
import { problemOf } from './system-call.ts';
import type { Subject, Target, TargetEnvironment } from './target.ts';

/** The code of every kind of target. */
export const schemes: Readonly<Record<TargetKindName, Scheme>> = {
  file: fileScheme,
  dotenv: dotenvScheme,
  session: sessionScheme,
  profile: profileScheme,
  'github-env': githubEnvScheme,
  'github-output': githubOutputScheme,
  exec: execScheme,
  'gh-secret': ghSecretScheme,
  kubernetes: kubernetesScheme,
  vault: vaultScheme,
  'gitlab-variable': gitlabVariableScheme,
  'aws-secret': awsSecretScheme,
  'gcp-secret': gcpSecretScheme,
  'azure-keyvault': azureKeyvaultScheme,
  doppler: dopplerScheme,
  op: opScheme,
};

/**
 * The targets for one account; in the sandbox, those that reach outside it are simulated (docs/design.md 7).
 * @throws UsageError with every problem of every target, each beginning with `--to "<given>": `
 */
export function createTargets(
  specs: readonly TargetSpec[],
  subject: Subject,
  environment: TargetEnvironment,
): readonly Target[] {
  const problems: string[] = [];
  const targets: Target[] = [];
  for (const spec of specs) {
    try {
      targets.push(createTarget(spec, subject, environment));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems.map((problem) => problemOf(spec.given, problem)));
    }
  }
  if (problems.length > 0) throw new UsageError(problems);
  return targets;
}

function createTarget(spec: TargetSpec, subject: Subject, environment: TargetEnvironment): Target {
  const target = withField(schemes[spec.scheme].create(spec, subject, environment), spec.field, subject.provider);
  return environment.isSandbox && !targetKinds[spec.scheme].isPath ? simulated(target) : target;
}

/** What it would reach need not be there: its name stands for its place. */
function simulated({ name }: Target): Target {
  return {
    name,
    place: () => Promise.resolve({ place: name, slot: null }),
    preflight: () => Promise.resolve([`${name} is only simulated in the sandbox`]),
    deliver: () => Promise.resolve(),
  };
}
