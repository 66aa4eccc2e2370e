// Bundles the program into dist/, with what there is to know of other people's code in it, and says nothing unless
// something is wrong.
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { bundle } from './bundle/bundle.js';
import { thirdParties } from './bundle/third-parties.js';
import { writeNotices } from './bundle/notices.js';

const modules = await bundle({ dir: 'dist' });
// npm makes it executable when it installs a clone globally, and a later build must not undo that.
await chmod('dist/bin.cjs', 0o755);
// `src/output/jq-file.ts` reads it from there.
await mkdir('dist/build');
await copyFile(fileURLToPath(import.meta.resolve('jq-wasm/jq.wasm')), 'dist/build/jq.wasm');
await writeNotices('dist', await thirdParties(modules));
