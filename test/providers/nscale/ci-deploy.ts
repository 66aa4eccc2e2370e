import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { accounts } from './paths.ts';

/** The account most tests work on, and its PUT. */
export const { ciDeploy } = accountIds;
export const put = `PUT ${accounts}/${ciDeploy}`;

/** What it is in the seed, as the body of a PUT. */
export const unchanged = {
  metadata: {
    name: 'ci-deploy',
    description: 'Deploys from the main branch',
    tags: [{ name: 'team', value: 'platform' }],
  },
  spec: { groupIDs: [groupIds.mlTraining, groupIds.inference].toSorted() },
};

/** The same with the description `new`. */
export const described = { ...unchanged, metadata: { ...unchanged.metadata, description: 'new' } };
