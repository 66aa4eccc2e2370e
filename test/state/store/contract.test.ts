// @module-tag slow
import { afterAll } from 'vitest';

import { testContext } from '../../harness/context.ts';
import { startKubectl } from '../../harness/kubectl.ts';
import { createModelStore } from '../../harness/model-store.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { openFileStore } from '../../../src/state/store/file.ts';
import { createS3Server, fetchFrom } from '../../harness/s3.ts';
import { openStoreAt, s3Address, s3Environment } from '../../harness/stores.ts';
import { describeStore } from './contract.ts';

describeStore('the model', () => {
  const { open } = createModelStore();
  return { open, tellsAge: true, rounds: 3 };
});

describeStore('a folder', () => {
  const directory = freshStateDirectory();
  // A context of its own for each, so that several draw the same ids.
  return {
    open: () => openFileStore({ ...testContext().ctx, uuid: () => crypto.randomUUID(), directory }),
    tellsAge: true,
    rounds: 10,
  };
});

describeStore('a bucket, in pages of three', () => {
  const { ctx } = testContext({ env: s3Environment, fetch: fetchFrom(createS3Server({ pageSize: 3 })) });
  return { open: () => openStoreAt(ctx, s3Address), tellsAge: true, rounds: 3 };
});

const closing: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

describeStore('a namespace', async () => {
  const kubectl = await startKubectl();
  closing.push(kubectl.close);
  const { ctx } = testContext({ env: { PATH: kubectl.bin }, cwd: '/' });
  return { open: () => openStoreAt(ctx, 'kubernetes:ops'), tellsAge: false, rounds: 1 };
});
