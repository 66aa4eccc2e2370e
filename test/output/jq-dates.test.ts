// @module-tag slow
import { describe, expect, it, vi } from 'vitest';

import { prepareQuery } from '../../src/output/query.ts';
import { testContext } from '../harness/context.ts';
import { rejection } from './support.ts';

async function answer(filter: string): Promise<string> {
  const query = await prepareQuery(testContext().ctx, { query: [`[${filter}]`] });
  return (await query(null, { isSecret: false })).join('').trimEnd();
}

/** Filters, and what jq 1.8 on Linux prints for them. Where the zone matters, it is that of Berlin. */
const dates: Readonly<Record<string, string>> = {
  '1700000000 | strftime("%Y-%m-%dT%H:%M:%S %z %Z %%Z")': '"2023-11-14T22:13:20 +0000 UTC %Z"',
  '1700000000 | gmtime | strftime("%Z")': '"UTC"',
  '[2024,6,3,9,46,40,3,184] | strftime("%A %j %Z")': '"Wednesday 185 UTC"',
  '1700000000 | localtime | strftime("%H %Z")': '"23 UTC"',
  '1700000000, 1720000000 | strflocaltime("%H:%M %z")': '"23:13 +0100","11:46 +0200"',
  '1700000000 | localtime': '[2023,10,14,23,13,20,2,317]',
  '[2024,14,40,30,70,80,0,0] | mktime, todate': '1744269080,"2025-04-10T07:11:20Z"',
  '"0001-01-01T00:00:00Z" | fromdate, (fromdate | todate)': '-62135596800,"0001-01-01T00:00:00Z"',
  '"0024-07-03" | strptime("%Y-%m-%d")': '[24,6,3,0,0,0,3,184]',
  '"1969-12-31T23:59:57Z" | fromdate': '-3',
  '"2024-02-30" | strptime("%Y-%m-%d") | ., mktime': '[2024,1,30,0,0,0,5,60],1709251200',
  '"2024-07-03 12:00 AM" | strptime("%Y-%m-%d %I:%M %p") | todate': '"2024-07-03T00:00:00Z"',
  '"12:30 pm 2024-07-03" | strptime("%I:%M %p %Y-%m-%d") | todate': '"2024-07-03T12:30:00Z"',
  '"11:00 PM, 3 JULY 2024" | strptime("%I:%M %p, %d %b %Y") | todate': '"2024-07-03T23:00:00Z"',
  '"2024 185" | strptime("%Y %j")': '[2024,6,3,0,0,0,3,184]',
  '"12:13:14" | strptime("%T")': '[1900,0,0,12,13,14,8,367]',
  '"2024" | strptime("%Y")': '[2024,0,0,0,0,0,0,-1]',
  '"2024-07-03T09:46:40 CEST" | strptime("%Y-%m-%dT%H:%M:%S %Z") | mktime': '1720000000',
  '"2024-07-03T09:46:40+02:00" | strptime("%FT%T%z") | mktime': '1720000000',
  '"Thu, 05 Mar 2015 23:51:47 GMT" | strptime("%a, %d %b %Y %H:%M:%S GMT") | mktime': '1425599507',
  '"07/03/24 9:6" | strptime("%D %H:%M") | todate': '"2024-07-03T09:06:00Z"',
  '" 2024  7 3" | strptime("%Y %m %d") | todate': '"2024-07-03T00:00:00Z"',
  '"68", "69" | strptime("%y")[0]': '2068,1969',
  '"Wed Jul  3 09:46:40 2024" | strptime("%c") | mktime': '1720000000',
  '"3 27" | strptime("%u %d") | .[6]': '3',
  '"2024-07-03 23:59:60" | strptime("%Y-%m-%d %H:%M:%S") | .[5]': '60',
  '"2024-13-03", "2024-07-32", "x", "2024-07" | try strptime("%Y-%m-%d") catch "no"': '"no","no","no","no"',
  '"00:10 AM", "13:10 PM" | try strptime("%I:%M %p") catch "no"': '"no","no"',
  '"+2", "+0260" | try strptime("%z") catch "no"': '"no","no"',
};

describe('dates in the built-in jq', () => {
  it.each(Object.entries(dates))('%s', async (filter, expected) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    expect(await answer(filter)).toBe(`[${expected}]`);
  });

  it('have a name for the zone where it is UTC', async () => {
    vi.stubEnv('TZ', 'UTC');
    expect(await answer('1700000000 | strflocaltime("%H %Z")')).toBe('["22 UTC"]');
  });

  it.each([
    ['"2024 27" | strptime("%Y %U")', 'the built-in jq has no "%U" in strptime'],
    ['"2024" | try strptime("%G") catch "hidden"', 'the built-in jq has no "%G" in strptime'],
    ['"1" | strptime("%s")?', 'the built-in jq has no "%s" in strptime'],
    ['"1" | strptime("%-d")', 'the built-in jq has no "%-" in strptime'],
    [
      '1720000000000000 | todate',
      'the built-in jq has no dates more than 270,000 years away (are these milliseconds?)',
    ],
    ['1e18 | localtime', 'the built-in jq has no dates more than 270,000 years away (are these milliseconds?)'],
  ])('%s names the other jq, and nothing hides it', async (filter, reason) => {
    const query = await prepareQuery(testContext().ctx, { query: [filter] });
    expect(await rejection(query(null, { isSecret: false }))).toMatchObject({
      code: 'filter',
      exitCode: 1,
      message: expect.stringMatching(new RegExp(`failed: ${reason.replaceAll(/[()?]/g, String.raw`\$&`)}$`)),
      hint: 'SACTL_JQ=native runs the jq of this machine instead',
    });
    expect(await query(null, { isSecret: false }).catch(() => 'fails again')).toBe('fails again');
  });

  it('fail, and name the other jq, for what the system does not know', async () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    for (const filter of ['now | strflocaltime("%Z")', 'now | strftime("%Q")', '8 | gamma']) {
      const query = await prepareQuery(testContext().ctx, { query: [filter] });
      expect(await rejection(query(null, { isSecret: false }))).toHaveProperty(
        'hint',
        'the built-in jq has no "%Z" outside of UTC, no "%P", and no gamma; SACTL_JQ=native runs the jq of this machine instead',
      );
    }
  });
});
