import { nameRule } from '../expand.ts';
import { jsonIn, lastPart, objectIn } from './output.ts';
import { fixed, free, passAll, programScheme, valueThere } from './program-kind.ts';

/** https://cloud.google.com/resource-manager/docs/creating-managing-projects: an id, or the number; an old one has a domain. */
const projectRule = nameRule('the project', 'its id, e.g. acme-prod, or its number is right', (name) =>
  /^(?:[a-z][a-z0-9.:-]*[a-z0-9]|\d+)$/.test(name),
);

/** https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create */
const secretRule = nameRule('the secret', 'up to 255 letters, digits, - and _ are right, after <project>/', (name) =>
  /^\w[\w-]{0,254}$/.test(name),
);

/** `gcp-secret:<project>/<name>`: a new version of a secret of Google Secret Manager, which is there. */
export const gcpSecretScheme = programScheme({
  program: 'gcloud',
  body: /^(?<project>[^/]*)(?:\/(?<secret>.*))?$/s,
  names: { project: fixed(projectRule), secret: free(secretRule) },
  variables: () => ({ CLOUDSDK_CORE_DISABLE_PROMPTS: '1', CLOUDSDK_CORE_LOG_HTTP: 'false' }),
  check: (tool, { project, secret }) =>
    passAll(tool, [
      {
        args: ['secrets', 'describe', secret, `--project=${project}`, '--format=none'],
        input: null,
        hint: `gcloud auth login, and once: gcloud secrets create ${secret} --project=${project}`,
      },
    ]),
  deliver: (tool, { project, secret }, { text }) => {
    const args = ['secrets', 'versions', 'add', secret, `--project=${project}`, '--data-file=-', '--format=none'];
    return tool({ args, input: text });
  },
  stored: ({ project, secret }) => ({
    run: {
      args: [
        'secrets',
        'versions',
        'describe',
        'latest',
        `--secret=${secret}`,
        `--project=${project}`,
        '--format=json',
      ],
      input: null,
    },
    absence: /NOT_FOUND/,
    read: (stdout) => {
      const { name, createTime } = objectIn(jsonIn(stdout));
      return valueThere({ version: lastPart(name), updatedAt: createTime });
    },
  }),
  isFinal: /PERMISSION_DENIED|NOT_FOUND|UNAUTHENTICATED|INVALID_ARGUMENT|FAILED_PRECONDITION|gcloud auth login/,
});
