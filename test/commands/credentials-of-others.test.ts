import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useNscale, sandboxTokens } from '../harness/nscale.ts';
import { workFolder } from './support.ts';

const nscale = useNscale();
const token = sandboxTokens.administrator;
const list = ['sa', 'list', '-q', 'length'];

describe('a credential that other tools wrote', () => {
  it.each([
    ['line ends', Buffer.from(`${token}\r\n\r\n\n`)],
    ['a byte order mark', Buffer.from(`\uFEFF${token}\n`)],
    ['UTF-16, as PowerShell redirects it', Buffer.from(`\uFEFF${token}\r\n`, 'utf16le')],
  ])('is read from a file with %s', async (_, bytes) => {
    const cwd = await workFolder();
    await writeFile(join(cwd, 'token'), bytes);
    const file = join(cwd, 'config.yaml');
    await writeFile(file, 'profiles: { p: { provider: nscale, credential: { file: token } } }\n');
    const env = { SACTL_CONFIG: file, NSCALE_SERVICE_TOKEN: '' };
    expect((await nscale().run([...list, '--profile', 'p'], { env })).code).toBe(0);
  });

  it.each([
    ['double quotes', `"${token}"`, 'has quotes around it: leave them out (docker --env-file keeps them)'],
    ['single quotes', `'${token}'`, 'has quotes around it: leave them out (docker --env-file keeps them)'],
    [
      'its name',
      `NSCALE_SERVICE_TOKEN=${token}`,
      'holds an assignment, as in a .env file: it has to be the value alone',
    ],
    ['export', `export MY_TOKEN=${token}`, 'holds an assignment, as in a .env file: it has to be the value alone'],
  ])('is refused with %s, and never shown', async (_, value, problem) => {
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(list, { env: { NSCALE_SERVICE_TOKEN: value } });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain(`no credential: environment variable NSCALE_SERVICE_TOKEN ${problem}`);
    expect(stderr).not.toContain(token);
    expect(deployment.requests).toEqual([]);
  });
});
