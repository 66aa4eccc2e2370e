import type { DeploymentOptions, Deployment } from '../../harness/deployment.ts';
import { useMachines, type Machine, type Machines } from '../../harness/machines.ts';
import type { Outcome } from '../../harness/run.ts';

export const rotate = 'sa rotate --provider nscale --id ci-deploy --yes --to file:token -q .id'.split(' ');

export interface Rotated extends Machines {
  /** Of the rotation. */
  readonly own: Outcome;
  readonly first: Machine;
  readonly second: Machine;
  readonly deployment: Deployment<unknown>;
}

/**
 * Runs commands on a second machine once the first one's request has been answered, and before it knows.
 * @param env of the first one
 */
export async function whileRotating(
  deploy: (options: DeploymentOptions) => Deployment<unknown>,
  work: (second: Machine, pass: (ms: number) => void) => Promise<void>,
  env: Readonly<Record<string, string>> = { CI_JOB_URL: 'https://ci.example/7' },
): Promise<Rotated> {
  let isDone = false;
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (request.url.endsWith('/rotate') && !isDone) {
        isDone = true;
        await work(second, machines.pass);
      }
      return answer;
    },
  });
  const machines = useMachines(deployment);
  const first = machines.machine('runner-1');
  const second = machines.machine('runner-2');
  const own = await first.run(rotate, { env });
  return { ...machines, own, first, second, deployment };
}
