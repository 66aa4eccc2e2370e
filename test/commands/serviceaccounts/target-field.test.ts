import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { predictable, workFolder } from '../support.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'nightly-train', '--yes'];
const parts = ['--to', 'file:a?field=fingerprint', '--to', 'file:b?field=expiresAt'];

describe('a part of the credential', () => {
  it('is not all that may go out: the credential itself would be nowhere', async () => {
    const deployment = nscale(predictable);
    const outcome = await deployment.run([...rotate, ...parts], { cwd: await workFolder() });
    expect({ ...outcome, sent: deployment.mutations() }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: no target takes the credential itself: add one without ?field=\n',
      sent: [],
    });
  });

  it('is no place that keeps the credential of the caller, or what no journal keeps', async () => {
    const deployment = nscale(predictable);
    const targets = ['--to', 'file:a?field=fingerprint', '--to', 'exec:cat', '--no-journal'];
    const outcome = await deployment.run([...rotate, ...targets], { cwd: await workFolder(), env: { PATH: '/bin' } });
    expect({ code: outcome.code, sent: deployment.mutations() }).toEqual({ code: 2, sent: [] });
    expect(outcome.stderr).toContain('--no-journal needs a durable --to');
  });
});
