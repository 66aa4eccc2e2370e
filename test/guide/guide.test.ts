// @module-tag slow
import { mkdir, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { argvsOf } from '../commands/help/lines.ts';
import { parse } from '../commands/help/parse.ts';
import { workFolder } from '../commands/support.ts';
import { testContext } from '../harness/context.ts';
import { runIn } from '../harness/run.ts';
import { createMachine } from './machine.ts';
import { isTrue, shownIn, transcriptOf } from './transcript.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`);
const pages = ['README.md', ...guide, 'docs/faults.md'];

/** Lines that name something the sandbox does not have: a profile, a server, a real job, a run that is gone, a store. They are parsed and not run. */
const elsewhere = /--profile |profiles\.|config init|sandbox serve|state (?:unlock|migrate)|\$/;

/** The page, with what the program prints in place of what is not so any more; and the lines that fail. */
async function runPage(page: string): Promise<{ readonly text: string; readonly failed: readonly unknown[] }> {
  const { run, arm } = await createMachine();
  const failed: unknown[] = [];
  let text = readFileSync(join(root, page), 'utf8');
  for (const shown of shownIn(text)) {
    arm(shown.line);
    for (const argv of argvsOf(shown.line)) await parse(argv);
    const isOurs = /^(?:sactl|mkdir|cat) /.test(shown.line);
    if (!isOurs || elsewhere.test(shown.line)) continue;
    const outcome = await run(shown.line);
    if (isTrue(shown, outcome)) continue;
    const right = transcriptOf(shown, outcome);
    if (right === shown.text) failed.push({ line: shown.line, outcome });
    text = text.replace(shown.text, () => right);
  }
  return { text, failed };
}

describe.each(pages)('%s', (page) => {
  const lines = shownIn(readFileSync(join(root, page), 'utf8')).filter(({ line }) => /\bsactl /.test(line));

  it.runIf(lines.length > 0)('shows what the program does (npm run readme corrects it)', async () => {
    const { text, failed } = await runPage(page);
    expect(failed).toEqual([]);
    await expect(text).toMatchFileSnapshot(join(root, page));
  });
});

const texts = pages.map((page) => [page, readFileSync(join(root, page), 'utf8')] as const);
const blocksOfYaml = texts.flatMap(([page, text]) =>
  [...text.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, block = '']) => [page, block] as const),
);

it.each(blocksOfYaml.filter(([, block]) => block.startsWith('# ~/.config/sactl/')))(
  '%s has a configuration file that says nothing wrong',
  async (_, block) => {
    const homeDirectory = await workFolder();
    await mkdir(join(homeDirectory, '.config/sactl'), { recursive: true });
    await writeFile(join(homeDirectory, '.config/sactl/config.yaml'), block);
    const [, ...profiles] = [...block.matchAll(/^ {0,2}(\w+):$/gm)].map(([, name = '']) => name);
    expect(profiles.length).toBeGreaterThan(1);
    for (const profile of profiles) {
      const argv = ['config', 'explain', '--profile', profile, '-q', '[.problem, .connection.profile]'];
      const { code, stdout } = await runIn(testContext({ homeDirectory }), argv);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `[null,"${profile}"]\n` });
    }
  },
);

const steps = blocksOfYaml.flatMap(([page, block]) =>
  [...block.matchAll(/run: (sactl .*)$/gm)].map(([, line = '']) => [page, line] as const),
);

it.each(steps)('%s has a step that is read: %s', async (_, line) => {
  await expect(Promise.all(argvsOf(line).map(parse))).resolves.toHaveLength(1);
});
