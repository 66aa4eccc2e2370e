// @module-tag slow
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { breakGlass, keyFile, ops } from '../harness/age.ts';
import { useNscale } from '../harness/nscale.ts';
import { keepCredential, rotation } from '../commands/recover/entries.ts';
import { recipients, sealing } from '../commands/recover/sealing.ts';
import { issuedToken, predictable } from '../commands/support.ts';
import { openOpener } from '../../src/state/seal.ts';
import { Secret } from '../../src/model/credential.ts';
import { demandsAll, findEngine } from './engine.ts';

const age = findEngine('age');

const nscale = useNscale();

function run(argv: readonly string[], input: string | Uint8Array): Buffer {
  return execFileSync(age ?? '', argv, { input, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** The answer in the lines of an entry. */
function answerIn(lines: string): unknown {
  const records = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { base64?: string });
  const base64 = records.flatMap((record) => record.base64 ?? []).at(-1) ?? '';
  return JSON.parse(Buffer.from(base64, 'base64').toString());
}

describe.skipIf(age === null && !demandsAll)('age', () => {
  let folder = '';
  beforeAll(() => {
    if (age === null) throw new Error('age is not here');
    folder = mkdtempSync(join(tmpdir(), 'sactl-'));
    writeFileSync(join(folder, 'key.txt'), keyFile(ops));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function decrypt(sealed: string): string {
    return run(['-d', '-i', join(folder, 'key.txt')], sealed).toString();
  }

  it('opens what the journal keeps, which is the whole entry, too', async () => {
    const deployment = sealing(nscale(predictable), recipients);
    await keepCredential(deployment, rotation);
    const journal = join(deployment.stateDirectory, 'journal');
    const [file = ''] = readdirSync(journal);
    const records = readFileSync(join(journal, file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { sealed?: string });
    const [sealed = ''] = records.flatMap((record) => record.sealed ?? []);
    expect(answerIn(decrypt(sealed))).toMatchObject({ status: { accessToken: issuedToken } });
  });

  it("opens the copy in a job's log, which is the whole entry", async () => {
    const deployment = sealing(nscale(predictable), { ...recipients, CI: 'true' });
    const { stderr } = await deployment.run([...rotation, '-q', '.credential.value']);
    const [block = ''] = /^-----BEGIN[^]*END AGE ENCRYPTED FILE-----\n/m.exec(stderr) ?? [];
    const records = decrypt(block)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; base64?: string });
    expect(records.map(({ type }) => type)).toEqual(['intent', 'sent', 'answer']);
    const answer = Buffer.from(records[2]?.base64 ?? '', 'base64').toString();
    expect(JSON.parse(answer)).toMatchObject({ status: { accessToken: issuedToken } });
  });

  it.each([
    ['in armor', ['-a']],
    ['in bytes', []],
  ])('is opened %s', async (_, flags) => {
    const sealed = run([...flags, '-r', breakGlass.recipient, '-r', ops.recipient], 'what age sealed');
    const opener = openOpener({ name: 'test', read: () => Promise.resolve(new Secret(keyFile(ops))) });
    const bytes = await opener.open(flags.length === 0 ? sealed : sealed.toString());
    expect(Buffer.from(bytes).toString()).toBe('what age sealed');
  });
});
