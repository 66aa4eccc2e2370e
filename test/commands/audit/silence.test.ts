import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { entryIds, keepCredential, rotation } from '../recover/entries.ts';
import { predictable, workFolder } from '../support.ts';
import { eventsIn } from './events.ts';

const nscale = useNscale();

const rotate = 'sa rotate --id ci-deploy --to file:token';
const refusing = { terminal: 100, prompt: { confirm: () => Promise.resolve(false) } };

describe('nothing is in the audit log after', () => {
  it.each([
    ['sa list', 0],
    ['sa get --id ci-deploy', 0],
    ['groups list', 0],
    ['whoami', 0],
    ['doctor', 0],
    ['audit list', 0],
    ['recover list', 0],
    [`${rotate} --dry-run`, 0],
    ['sa create --name ci --dry-run --to file:token', 0],
    ['sa update --id ci-deploy --description New --dry-run', 0],
    ['sa delete --id ci-deploy --dry-run', 0],
    ['sa update --id terraform --remove-tag nothing', 0],
    ['sa create --name ci-deploy --if-missing -q .credential', 0],
    ['sa create --name ci-deploy --to file:token', 5],
    ['sa rotate --id nobody --yes --to file:token', 3],
    ['sa delete --id nobody --yes', 3],
    ['sa delete --id nobody --yes --ignore-missing', 0],
    [rotate, 2],
    ['sa rotate --yes --to file:token', 2],
    [`${rotate} --yes --nope`, 2],
    ['sa rotate --id ci-deploy --yes -q .id', 2],
    ['sa rotate --id ci-deploy --yes --to file:none/token', 2],
    ['sa delete --id ci-deploy', 2],
  ])('%s', async (line, code) => {
    const { run, stateDirectory } = nscale(predictable);
    const outcome = await run(line.split(' '), { cwd: await workFolder() });
    expect(outcome.code).toBe(code);
    expect(eventsIn(stateDirectory)).toEqual([]);
  });

  it.each([rotate, 'sa delete --id ci-deploy', 'sa update --id ci-deploy --description New'])(
    'a person said no: %s',
    async (line) => {
      const { run, stateDirectory } = nscale(predictable);
      const { code } = await run(line.split(' '), { ...refusing, cwd: await workFolder() });
      expect(code).toBe(2);
      expect(eventsIn(stateDirectory)).toEqual([]);
    },
  );

  it.each(['deliver', 'discard'])('a preview, or a no, to recover %s', async (verb) => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const argv = ['recover', verb, '--id', entryIds.kept];
    const before = eventsIn(deployment.stateDirectory);
    expect((await deployment.run([...argv, '--dry-run'])).code).toBe(0);
    expect((await deployment.run(argv)).code).toBe(2);
    expect((await deployment.run(argv, refusing)).code).toBe(2);
    expect(eventsIn(deployment.stateDirectory)).toEqual(before);
  });
});
