// @module-tag slow
import { describe } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { testRace } from './race.ts';

const install = useNscale();

describe('a rotation on nscale that another one overtook', () => {
  testRace({ name: 'nscale', id: accountIds.ciDeploy, install });
});
