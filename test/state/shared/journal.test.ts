import { expect, test } from 'vitest';

import { useMachines } from '../../harness/machines.ts';
import { milestone } from '../../harness/milestone.ts';
import { useNscale } from '../../harness/nscale.ts';
import { fetchFrom } from '../../harness/s3.ts';

const deploy = useNscale();
const rotate = ['sa', 'rotate', '--provider', 'nscale', '--id', 'ci-deploy', '--yes', '--to', 'file:token', '--quiet'];

test('an entry that its run ends while another machine looks at it is not taken for one that was left', async () => {
  const isKept = milestone();
  const mayEnd = milestone();
  const deployment = deploy({
    intercept: async (request, next) => {
      if (deployment.mutations().length > 0 && request.url.endsWith('/organizations')) {
        isKept.pass();
        await mayEnd.passed;
      }
      return next(request);
    },
  });
  const { machine, store } = useMachines(deployment);
  const ask = fetchFrom(store);
  const rotation = machine('runner-1').run(rotate);
  await isKept.passed;
  const listed = await machine('laptop').run(['recover', 'list', '-q', 'length'], {
    fetch: async (input, init) => {
      if (String(input).includes('/accounts/')) {
        mayEnd.pass();
        await rotation;
      }
      return ask(input, init);
    },
  });
  expect((await rotation).code).toBe(0);
  expect(listed).toEqual({ code: 0, stdout: '0\n', stderr: 'sactl: no entries\n' });
});
