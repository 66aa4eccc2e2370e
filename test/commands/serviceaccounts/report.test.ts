import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { Secret } from '../../../src/model/credential.ts';
import { fingerprintOf } from '../../../src/model/fingerprint.ts';
import type { Deployment } from '../../harness/deployment.ts';
import { useNscale } from '../../harness/nscale.ts';
import type { Outcome } from '../../harness/run.ts';
import { issuedToken, predictable, workFolder } from '../support.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', 'file:token', '-q', '.verified'];
const fingerprint = fingerprintOf(new Secret(issuedToken));

/** Of a rotation with this report, and a file that it writes over. */
async function reported(
  report: string,
  {
    argv = rotate,
    deployment = nscale(predictable),
  }: { argv?: readonly string[]; deployment?: Deployment<unknown> } = {},
): Promise<{ outcome: Outcome; cwd: string; text: string }> {
  const cwd = await workFolder({ [report]: 'of yesterday' });
  const outcome = await deployment.run([...argv, '--report', report], { cwd });
  return { outcome, cwd, text: readFileSync(join(cwd, report), 'utf8') };
}

describe('--report for one account', () => {
  it('has the shape of that of several', async () => {
    const { outcome, text } = await reported('report.json');
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(JSON.parse(text)).toMatchObject({
      rotated: [
        {
          id: accountIds.ciDeploy,
          name: 'ci-deploy',
          exitCode: 0,
          verified: true,
          credential: { value: null, fingerprint },
          deliveredTo: [{ target: 'file:token', ok: true, error: null }],
        },
      ],
      delivered: [],
      skipped: [],
      failed: [],
    });
    expect(text).not.toContain(issuedToken);
  });

  it('may be Markdown', async () => {
    const { outcome, text } = await reported('report.md');
    expect(outcome.code).toBe(0);
    const row = `| ci-deploy | nscale | 2027-02-20T12:00:00Z | ${fingerprint} | file:token |`;
    expect(text).toBe(
      `## Rotation of service accounts\n\n1 rotated, 0 skipped, 0 failed.\n\n### Rotated\n\n| account | provider | expires | fingerprint | delivered to |\n| --- | --- | --- | --- | --- |\n${row}\n`,
    );
  });

  it('says what is printed, too, and not the credential', async () => {
    const argv = [...rotate.slice(0, 5), '-q', '.credential.value'];
    const { outcome, text } = await reported('report.json', { argv });
    expect(outcome).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    expect(JSON.parse(text)).toMatchObject({ rotated: [{ credential: { value: null, fingerprint } }] });
    expect(text).not.toContain(issuedToken);
  });

  it('says what failed', async () => {
    const refusing = nscale({
      ...predictable,
      intercept: (request, next) =>
        request.method === 'GET' ? next(request) : Promise.resolve(new Response('', { status: 403 })),
    });
    const { outcome, text } = await reported('report.json', { deployment: refusing });
    expect(outcome.code).not.toBe(0);
    const { error } = JSON.parse(outcome.stderr.trim().split('\n').at(-1) ?? '') as {
      error: { message: string; exitCode: number };
    };
    expect(JSON.parse(text)).toMatchObject({
      rotated: [],
      failed: [{ name: 'ci-deploy', exitCode: error.exitCode, error: { message: error.message } }],
    });
  });

  it.each([
    ['x', '--report "x" ends in neither .md nor .json'],
    ['none/x.md', '--report "none/x.md": there is no folder FOLDER/none'],
    ['token.json', '--report "token.json" is where file:token.json for ci-deploy goes'],
  ])('%s is refused beforehand where it cannot be written', async (report, problem) => {
    const cwd = await workFolder();
    const deployment = nscale(predictable);
    const argv = [...rotate.slice(0, 5), '--to', 'file:token.json', '--report', report];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    expect({ code, stdout, stderr: stderr.replaceAll(cwd, 'FOLDER') }).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${problem}\n`,
    });
    expect(deployment.mutations()).toEqual([]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('that cannot be written in the end is exit 6, and the rest is done', async () => {
    const cwd = await workFolder();
    const deployment = nscale({
      ...predictable,
      intercept: async (request, next) => {
        const answer = await next(request);
        if (request.url.endsWith('/rotate')) await mkdir(join(cwd, 'report.md'));
        return answer;
      },
    });
    const { code, stdout, stderr } = await deployment.run([...rotate, '--report', 'report.md'], { cwd });
    expect({ code, stdout }).toEqual({ code: 6, stdout: 'true\n' });
    expect(stderr).toMatch(
      /"message":"the credential of nscale service account ci-deploy \([^)]*\) was issued, but the report could not be written to \\"report.md\\": [^"]+"/,
    );
    expect(readFileSync(join(cwd, 'token'), 'utf8')).toBe(issuedToken);
  });
});
