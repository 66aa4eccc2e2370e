import { describe, expect, it } from 'vitest';

import { failedItem, rotatedItem, skippedItem } from '../../src/fleet/items.ts';
import { bulkMarkdown } from '../../src/fleet/report.ts';
import { ExitCode, UndeliveredError } from '../../src/errors.ts';
import type { Account } from '../../src/model/account.ts';
import { account, issuedWith, secret } from '../delivery/answers.ts';
import { fingerprintOf } from '../../src/model/fingerprint.ts';

const nothing = { rotated: [], delivered: [], skipped: [], failed: [] };

function skippedNamed(name: string): string {
  const skipped = [skippedItem({ account: { ...account, name }, reason: 'expired', detail: null }, ExitCode.done)];
  return (
    bulkMarkdown({ ...nothing, skipped }, { isSandbox: false })
      .split('\n')
      .at(-2) ?? ''
  );
}

describe('the report in Markdown', () => {
  it('says what came of every account, the failures first', () => {
    const own: Account = { ...account, name: 'ci-deploy' };
    const issued = issuedWith(secret, own);
    const outcome = {
      verified: true,
      reissued: false,
      superseded: false,
      deliveredTo: [{ target: 'file:ci-deploy', ok: true, error: null }],
      recoverId: null,
      actionsRequired: [],
    };
    const error = new UndeliveredError('it was not delivered', { hint: 'sactl recover list' });
    const result = {
      rotated: [rotatedItem({ ...issued, account: own, outcome })],
      delivered: [],
      skipped: [skippedItem({ account: own, reason: 'expired', detail: 'long ago' }, ExitCode.done)],
      failed: [failedItem(own, error), { ...failedItem(own, error), id: null, name: null }],
    };
    const fingerprint = fingerprintOf(issued.credential.value);
    const text = bulkMarkdown(result, { isSandbox: true });
    expect(text).toBe(
      [
        '## Rotation of service accounts (sandbox)',
        '',
        '1 rotated, 1 skipped, 2 failed.',
        '',
        '### Failed',
        '',
        '| account | provider | exit code | what happened | what helps |',
        '| --- | --- | --- | --- | --- |',
        '| ci-deploy | nscale | 8 | it was not delivered | sactl recover list |',
        '| all | nscale | 8 | it was not delivered | sactl recover list |',
        '',
        '### Rotated',
        '',
        '| account | provider | expires | fingerprint | delivered to |',
        '| --- | --- | --- | --- | --- |',
        `| ci-deploy | nscale | ${issued.credential.expiresAt ?? own.expiresAt} | ${fingerprint} | file:ci-deploy |`,
        '',
        '### Skipped',
        '',
        '| account | provider | why |',
        '| --- | --- | --- |',
        '| ci-deploy | nscale | expired: long ago |',
        '',
      ].join('\n'),
    );
    expect(text).not.toContain(secret);
  });

  it('has no empty tables', () => {
    expect(bulkMarkdown(nothing, { isSandbox: false })).toBe(
      '## Rotation of service accounts\n\n0 rotated, 0 skipped, 0 failed.\n',
    );
  });

  it.each([
    ['a|b', String.raw`a\|b`],
    [String.raw`a\|b`, String.raw`a\\\|b`],
    ['two\nlines\r\n\r\n# three', String.raw`two lines \# three`],
    ['`code`', '\\`code\\`'],
    ['*bold* _it_ ~no~', String.raw`\*bold\* \_it\_ \~no\~`],
    ['<script>alert(1)</script>', String.raw`\<script\>alert(1)\</script\>`],
    ['<!-- hidden', String.raw`\<\!-- hidden`],
    ['[link](https://evil.example)', String.raw`\[link\](https\://evil.example)`],
    ['![image](x)', String.raw`\!\[image\](x)`],
    ['https://evil.example', String.raw`https\://evil.example`],
    ['HTTP://evil.example', String.raw`HTTP\://evil.example`],
    ['see www.evil.example', String.raw`see www\.evil.example`],
    ['@octocat', '@\u200Doctocat'],
    ['me@example.com', 'me@\u200Dexample.com'],
    ['&lt;b&gt;', String.raw`\&lt;b\&gt;`],
    ['#12', String.raw`\#12`],
    ['\u001B[31mred\u001B[0m\u0007', 'red'],
    ['\u202Etxt.exe', 'txt.exe'],
    ['::warning::boo', ': :warning::boo'],
  ])('cannot be broken by a name: %j', (name, cell) => {
    expect(skippedNamed(name)).toBe(`| ${cell} | nscale | expired |`);
  });
});
