import { expect, it } from 'vitest';

import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';

const deploy = useNscale();
const rotate = 'sa rotate --provider nscale --id ci-deploy --yes --to file:token -q .verified'.split(' ');

it('a rotation asks the store for no more than this, beside the lists of a run and what they sweep', async () => {
  const { machine, store } = useMachines(deploy());
  expect(await machine('runner-1').run(rotate)).toMatchObject({ code: 0 });
  const asked = store.requests.filter((request) => !/^(?:GET list |POST delete$)/.test(request));
  expect(asked.map((request) => request.split('/', 2).join('/'))).toEqual([
    // It is taken.
    'GET prod/accounts',
    'PUT prod/accounts',
    // The request is about to leave: both at once.
    'PUT prod/accounts',
    'PUT prod/entries',
    // Its answer is kept; before the delivery it is known that nobody else has the account.
    'PUT prod/entries',
    'PUT prod/accounts',
    // It is over.
    'PUT prod/audit',
    'PUT prod/entries',
    'PUT prod/accounts',
  ]);
});

it('a fleet reads no record twice, and no entry of its own', async () => {
  const { machine, store } = useMachines(deploy());
  const fleet = 'sa rotate --provider nscale --match ci-deploy --yes --to file:token -q .rotated[].verified'.split(' ');
  const { run } = machine('runner-1');
  // The first run makes the records.
  for (const reads of [[], ['GET prod/accounts']]) {
    const before = store.requests.length;
    expect(await run(fleet)).toMatchObject({ code: 0, stdout: 'true\n' });
    const asked = store.requests.slice(before).map((request) => request.split('/', 2).join('/'));
    expect(asked.filter((request) => request.startsWith('GET prod'))).toEqual(reads);
  }
});
