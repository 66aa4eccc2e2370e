import { UsageError } from '../../errors.ts';
import type { TargetSpec } from './scheme.ts';
import { sandboxSchemes, schemes } from './schemes.ts';
import { problemOf } from './system-call.ts';
import type { Subject, Target, TargetEnvironment } from './target.ts';

/**
 * The targets for one account; in the sandbox, those that reach outside it are simulated (DESIGN.md 7).
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
  const scheme = schemes.get(spec.scheme);
  if (scheme === undefined) throw new Error(`no scheme ${spec.scheme}`);
  const target = scheme.create(spec, subject, environment);
  return environment.isSandbox && !sandboxSchemes.has(spec.scheme) ? simulated(target) : target;
}

/** What it would reach need not be there, so that its name has to do for its place. */
function simulated({ name, isDurable }: Target): Target {
  return {
    name,
    isDurable,
    place: () => Promise.resolve({ place: name, slot: null }),
    preflight: () => Promise.resolve([`${name} is only simulated in the sandbox`]),
    deliver: () => Promise.resolve(),
  };
}
