// Bundles the program into dist/, with what there is to know of other people's code in it, and says nothing unless
// something is wrong.
import { chmod } from 'node:fs/promises';

import { addJq, bundle } from './bundle/bundle.js';
import { thirdParties } from './bundle/third-parties.js';
import { writeNotices } from './bundle/notices.js';

const modules = await bundle({ dir: 'dist' });
// npm makes it executable when it installs a clone globally, and a later build must not undo that.
await chmod('dist/bin.cjs', 0o755);
addJq('dist');
await writeNotices('dist', await thirdParties(modules));
