import { nameRule } from '../expand.ts';
import { lastPart, storedIn } from './output.ts';
import { fixed, free, nothingThere, programScheme, valueThere } from './program-kind.ts';

/** https://cloud.google.com/resource-manager/docs/creating-managing-projects: an id, or the number; an old one has a domain. */
const projectRule = nameRule('the project', 'use its id, e.g. acme-prod, or its number', (name) =>
  /^(?:[a-z][a-z0-9.:-]*[a-z0-9]|\d+)$/.test(name),
);

/** https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create */
const secretRule = nameRule('the secret', 'use up to 255 letters, digits, - and _, after <project>/', (name) =>
  /^\w[\w-]{0,254}$/.test(name),
);

/**
 * The role that the documentation names for adding versions, Secret Version Adder, may not read the secret
 * (https://cloud.google.com/secret-manager/docs/add-secret-version).
 */
const unreadable = /PERMISSION_DENIED.*secretmanager\.secrets\.get/s;

/** `gcp-secret:<project>/<name>`: a new version of a secret of Google Secret Manager, which is there. */
export const gcpSecretScheme = programScheme({
  program: 'gcloud',
  body: /^(?<project>[^/]*)(?:\/(?<secret>.*))?$/s,
  names: { project: fixed(projectRule), secret: free(secretRule) },
  variables: () => ({ CLOUDSDK_CORE_DISABLE_PROMPTS: '1', CLOUDSDK_CORE_LOG_HTTP: 'false' }),
  check: async (tool, { project, secret }) => {
    const args = ['secrets', 'describe', secret, `--project=${project}`, '--format=none'];
    const { problem, stderr } = await tool({ args, input: null });
    if (problem === null) return { warnings: [] };
    if (unreadable.test(stderr)) {
      return {
        warnings: [
          `gcp-secret:${project}/${secret}: whether it may be written is not known until then: it may not be read`,
        ],
      };
    }
    return { problem, hint: `gcloud auth login, and once: gcloud secrets create ${secret} --project=${project}` };
  },
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
    read: (stdout) =>
      storedIn(stdout, ({ name, createTime, state }) =>
        state === 'DESTROYED' ? nothingThere : valueThere({ version: lastPart(name), updatedAt: createTime }),
      ),
  }),
  isFinal: /PERMISSION_DENIED|NOT_FOUND|UNAUTHENTICATED|INVALID_ARGUMENT|FAILED_PRECONDITION|gcloud auth login/,
});
