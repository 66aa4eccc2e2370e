// @module-tag slow
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { problemsOf } from '../examples/image/checks.ts';
import { imagesOf, readDockerfile } from '../examples/image/dockerfile.ts';
import { findBuilder, type BuiltImage } from './builder.ts';
import { demandsAll } from './engine.ts';

// The image as a real builder makes it; test/examples/image runs its steps where there is none.

const root = resolve(import.meta.dirname, '../..');
const { builder, why } = findBuilder(imagesOf(readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'))));

describe.skipIf(builder === null && !demandsAll)(`a builder of images (${builder?.name ?? why})`, () => {
  let image: BuiltImage;
  beforeAll(() => {
    if (builder === null) throw new Error(why);
    image = builder.build(root);
  }, 600_000);
  afterAll(() => image.close());

  it('builds one that does its work for a user who is not root, on a read-only file system', async () => {
    expect(await problemsOf(image)).toEqual([]);
  }, 120_000);
});
