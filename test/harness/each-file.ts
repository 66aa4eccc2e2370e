import { afterAll } from 'vitest';

import { removeStateDirectories } from './state.ts';

// vitest runs this for each test file, while modules that are imported are loaded once for many of them.
afterAll(removeStateDirectories);
