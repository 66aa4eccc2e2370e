import fc from 'fast-check';
import { expect, test } from 'vitest';

import { checkedStore, keySegment } from '../../../src/state/store/key.ts';
import { createModelStore } from '../../harness/model-store.ts';
import { bytesOf } from './contract.ts';

const store = checkedStore(createModelStore().open());

test.each([
  ['ci-deploy', 'ci-deploy'],
  ['CI deploy', '=43=49=20deploy'],
  ['acme.augmentcode.com', 'acme=2eaugmentcode=2ecom'],
  ['con', '=63=6f=6e'],
])('%j is the segment %s', (text, segment) => {
  expect(keySegment(text)).toBe(segment);
});

test('any text is a part of a key, and different texts are different parts, whatever the case', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
      (one, other) => {
        const segment = keySegment(one);
        expect(segment).toMatch(/^[a-z0-9_=-]{1,200}$/);
        expect(segment === keySegment(other)).toBe(one === other);
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test.each([
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  'A',
  'a b',
  '.',
  '..',
  'a/../b',
  '.a',
  'a.',
  'con',
  'a/nul.txt',
  'ä',
  'a\\b',
  'a@1',
  'x'.repeat(201),
])('%j is no key', async (key) => {
  await expect(store.get(key)).rejects.toThrow('is no key of a state store');
  await expect(store.create(key, bytesOf('x'))).rejects.toThrow('is no key of a state store');
  await expect(store.replace(key, bytesOf('x'), 'r1')).rejects.toThrow('is no key of a state store');
  await expect(store.remove(key, 'r1')).rejects.toThrow('is no key of a state store');
});

test.each(['a', '../', 'a//', '/'])('%j begins no keys', async (prefix) => {
  await expect(store.list(prefix)).rejects.toThrow(/is no key|does not end/);
});
