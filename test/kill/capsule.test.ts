// @module-tag slow
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { useProgram } from '../commands/built-program.ts';
import { breakGlass, keyFile, ops } from '../harness/age.ts';
import { gatedNscale } from './gate.ts';

const { home, sactl, inShell } = useProgram();

const rotate = 'sa rotate --id ci-deploy --yes --to file:t'.split(' ');

it('of a job that is killed once it has its credential, and whose disk is gone, the log alone brings it', async () => {
  // What tries the new credential is held, so that it was delivered nowhere.
  const nscale = await gatedNscale((_, earlier) => earlier.some((request) => request.startsWith('POST')));
  const recipients = { CI: 'true', SACTL_STATE_RECIPIENTS: `${ops.recipient},${breakGlass.recipient}` };
  const job = sactl(rotate, { ...nscale.env, ...recipients });
  await nscale.reached;
  job.child.kill('SIGKILL');
  const { signal, stdout, stderr } = await job.ended;
  expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '' });
  await rm(join(home(), 'state'), { recursive: true });
  nscale.open();

  await writeFile(join(home(), 'job.log'), stderr.replaceAll(/^/gm, '2026-11-29T16:41:00.123456Z 01E '));
  await writeFile(join(home(), 'key.txt'), keyFile(breakGlass));
  const identity = { ...nscale.env, SACTL_STATE_IDENTITY: join(home(), 'key.txt') };
  const opened = await inShell("recover open -q '.[0].id' < job.log", '', identity);
  expect(opened).toMatchObject({ code: 0, stderr: expect.stringContaining('sactl recover deliver --id') });
  const deliver = ['recover', 'deliver', '--id', opened.stdout.trim(), '--yes', '--to', 'file:recovered'];
  expect(await sactl(deliver, identity).ended).toMatchObject({ code: 0 });
  expect(nscale.isLive(await readFile(join(home(), 'recovered'), 'utf8'))).toBe(true);
});
