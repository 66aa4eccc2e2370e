import { describe, expect, it } from 'vitest';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { hashSecret } from '../../../src/sandbox/records.ts';
import { useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { faults } from '../../providers/faults.ts';
import { forbidden } from '../../providers/nscale/faults.ts';
import { is, mayBe, missing, testOwnChanges } from '../own-account.ts';

const nscale = useNscale();

/** Signed in as `terraform`, which may change accounts. */
function asTerraform(): NscaleDeployment {
  const deployment = nscale({ token: 'token-of-terraform' });
  for (const account of deployment.state.accounts) {
    if (account.id === accountIds.terraform) account.tokenHash = hashSecret('token-of-terraform');
  }
  return deployment;
}

const deletion = ['sa', 'delete', '--id', 'terraform', '--yes'];
const update = ['sa', 'update', '--id', 'terraform'];

describe("a change of the caller's own account on nscale", () => {
  testOwnChanges(asTerraform, [
    ['delete', deletion, 'DELETE'],
    ['update --remove-group', [...update, '--remove-group', groupIds.platformAdmins], 'PUT'],
    ['update --group', [...update, '--group', groupIds.inference], 'PUT'],
    ['groups that a document leaves out', [...update, '--stdin'], 'PUT'],
  ]);

  it('is asked about on a terminal, and refused where --no-input forbids that', async () => {
    const deployment = asTerraform();
    const terminal = { terminal: 100, prompt: { confirm: () => Promise.resolve(false) } };
    const asked = await deployment.run(['sa', 'delete', '--id', 'terraform', '--no-color'], terminal);
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain(`  - ${is}: only somebody else can undo this\n`);
    expect(asked.stderr).toContain('not confirmed; nothing was changed');
    const silent = await deployment.run([...deletion, '--no-input', '--no-color'], terminal);
    expect(silent).toEqual({ code: 2, stdout: '', stderr: `sactl: ${is}: ${missing}\n` });
    expect(deployment.mutations()).toEqual([]);
  });

  it.each([
    [['sa', 'delete', '--id', 'scratch', '--yes']],
    [[...update, '--description', 'd']],
    [[...update, '--add-group', groupIds.inference]],
  ])('needs nothing else: %j', async (argv) => {
    const deployment = asTerraform();
    const { stderr } = await deployment.run([...argv, '--format', 'yaml']);
    expect(stderr).not.toContain('signs in');
    expect(deployment.mutations()).toHaveLength(1);
  });

  it('is taken for what cannot be told apart from it, too', async () => {
    const intercept = faults({ method: 'GET', path: '/userinfo', answer: forbidden });
    const deployment = nscale({ intercept });
    expect(await deployment.run(['sa', 'delete', '--id', 'scratch', '--yes', '--format', 'yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${mayBe}: ${missing}\n`,
    });
    expect(deployment.mutations()).toEqual([]);
  });
});
