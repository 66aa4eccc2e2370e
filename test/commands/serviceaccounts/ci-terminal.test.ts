import { describe, expect, it } from 'vitest';

import { ciJobs } from '../../harness/ci-jobs.ts';
import { useNscale } from '../../harness/nscale.ts';
import { issuedToken, predictable, problems } from '../support.ts';

const nscale = useNscale();

const missingYes = 'this needs a confirmation, and there is no terminal to ask on: add --yes';
const noPlace = 'no place for the new credential: add --to file:<path>, or -q .credential.value to print it';

const said = `${missingYes}; ${noPlace}`;

/** How the systems that have annotations have this error. */
const annotations: Readonly<Record<string, string>> = {
  'github-actions': `::error title=sactl ended with exit code 2::${said}\n`,
  'azure-pipelines': `##vso[task.logissue type=error]sactl ended with exit code 2: ${said.replaceAll(';', '%3B')}\n`,
};

describe.each(Object.entries(ciJobs))('at a terminal of %s', (name, { env: { CI: _CI, ...env } }) => {
  it('nothing is asked, and no table of a credential is printed', async () => {
    const deployment = nscale(predictable);
    const argv = ['sa', 'rotate', '--id', 'ci-deploy', '--no-color'];
    expect(await deployment.run(argv, { env, terminal: 100 })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([missingYes, noPlace]) + (annotations[name] ?? ''),
    });
    expect(deployment.requests).toEqual([]);
  });

  it.each(['0', 'false'])('a person is asked where CI=%s says that there is one', async (CI) => {
    const questions: string[] = [];
    const deployment = nscale(predictable);
    const { code, stdout } = await deployment.run(['sa', 'rotate', '--id', 'ci-deploy', '--no-color'], {
      env: { ...env, CI },
      terminal: 100,
      prompt: {
        confirm: ({ message }) => {
          questions.push(message);
          return Promise.resolve(true);
        },
      },
    });
    expect({ code, questions: questions.length, isShown: stdout.includes(issuedToken) }).toEqual({
      code: 0,
      questions: 1,
      isShown: true,
    });
  });
});
