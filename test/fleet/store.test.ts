import { expect, it } from 'vitest';

import { createS3Server } from '../harness/s3.ts';
import { recipient, s3Address, s3Environment } from '../harness/stores.ts';
import { itemsOf } from './agreement.ts';
import { createWorld, toFiles } from './world.ts';

it('the requests of further accounts do not wait for what the store has yet to write of those that are done', async () => {
  const server = createS3Server();
  let asked = 0;
  const world = createWorld({
    accounts: 40,
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      const { host, pathname } = new URL(request.url);
      if (host !== '127.0.0.1:9') return fetch(request);
      // Two at once have six lanes. The log takes nothing before fourteen accounts wait for it.
      if (request.method === 'PUT' && pathname.includes('/audit/') && asked === 0) {
        for (let turns = 0; turns < 100; turns += world.mutations().length < 14 ? 0 : 1) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        asked = world.mutations().length;
      }
      return server.fetch(request);
    },
  });
  const argv = ['sa', 'rotate', '--all', '--concurrency', '2', '--yes', '--json', '--no-verify', ...toFiles];
  const run = await world.run(argv, {
    env: { ...s3Environment, SACTL_STATE: s3Address, SACTL_STATE_RECIPIENTS: recipient },
  });
  expect({ code: run.code, stderr: run.stderr.includes('audit') }).toEqual({ code: 0, stderr: false });
  expect(itemsOf(run).filter(({ kind }) => kind === 'rotated')).toHaveLength(world.mutations().length);
  expect(asked).toBeLessThanOrEqual(14 + 6);
  const logged = [...server.objects.keys()].filter((name) => name.includes('/audit/'));
  expect(logged.length).toBeLessThan(world.mutations().length);
  expect([...server.objects].filter(([name, { bytes }]) => name.includes('/entries/') && bytes.length > 0)).toEqual([]);
});
