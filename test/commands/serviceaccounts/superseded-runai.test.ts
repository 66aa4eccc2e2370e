// @module-tag slow
import { describe } from 'vitest';

import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { useRunai } from '../../harness/runai.ts';
import { testRace } from './race.ts';

const install = useRunai();

describe('a rotation on Run:ai that another one overtook', () => {
  testRace({ name: 'runai', id: runaiAccountIds.batchTrainer, install });
});
