import { describe, expect, test } from 'vitest';

import { sessionScheme } from '../../../src/delivery/targets/session.ts';
import { createFolder, never, payload, specOf, subject } from './folder.ts';

const spec = specOf({ scheme: 'session', body: '{name}.json' });

describe('session', () => {
  test('holds the session of an Augment account', async () => {
    await using folder = await createFolder();
    const owner = { ...subject, provider: 'augment' } as const;
    const target = sessionScheme.create(spec, owner, folder.environment());
    expect(await target.preflight()).toStrictEqual([]);
    await target.deliver(payload('{"accessToken":"x"}'), never);
    expect(target.name).toBe('session:ci-deploy.json');
    expect(await folder.text('ci-deploy.json')).toBe('{"accessToken":"x"}');
    expect(await folder.mode('ci-deploy.json')).toBe('600');
  });

  test.each(['nscale', 'runai'] as const)('is not for %s', async (provider) => {
    await using folder = await createFolder();
    const failure = await folder.failure(() =>
      sessionScheme.create(spec, { ...subject, provider }, folder.environment()),
    );
    expect(failure).toBe(`UsageError: only the session of an Augment account goes there; for ${provider}, use file:`);
  });

  test('is a file with a name', async () => {
    await using folder = await createFolder();
    expect(sessionScheme.problems(specOf({ body: '{foo}' }), folder.environment())).toStrictEqual([
      '{foo} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}',
    ]);
  });
});
