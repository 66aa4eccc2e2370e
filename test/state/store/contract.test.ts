import { testContext } from '../../harness/context.ts';
import { createModelStore } from '../../harness/model-store.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { openFileStore } from '../../../src/state/store/file.ts';
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
