// @module-tag slow
import { expect, it } from 'vitest';

import { useProgram } from '../commands/built-program.ts';
import { gatedNscale, isPost } from './gate.ts';

const { sactl } = useProgram();

const rotate = 'sa rotate --id ci-deploy --yes -q .credential.value'.split(' ');

it('one of two rotations of an account at once is refused before it sends anything', async () => {
  const nscale = await gatedNscale(isPost);
  const first = sactl(rotate, nscale.env);
  await nscale.reached;
  const second = await sactl(rotate, nscale.env).ended;
  expect(second).toMatchObject({ code: 5, stdout: '' });
  expect(JSON.parse(second.stderr)).toMatchObject({
    error: {
      code: 'locked',
      message: expect.stringContaining(`ci-deploy is locked by process ${first.child.pid} on `),
      retryable: true,
    },
  });
  nscale.open();
  const { code, stdout, stderr } = await first.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(nscale.isLive(stdout.trimEnd())).toBe(true);
  expect(nscale.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
});
