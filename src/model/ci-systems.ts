/** A CI system, as far as sactl differs there. Templates have names of variables in braces. */
export interface CiSystem {
  /** As the audit log has it. */
  readonly name: string;
  readonly title: string;
  /** Set in each of its jobs, and nowhere else. */
  readonly mark: string;
  /** Template of the address of the run's page. */
  readonly page: string;
  /** Templates of what the audit log says of a run; null where no variable does. */
  readonly run: Readonly<Record<'repository' | 'workflow' | 'runId' | 'actor', string | null>>;
  /** Null where a job can ask for no such thing. */
  readonly mask: CiMask | null;
  /** A command to the runner, on stderr, that shows an error on the run's page; null where there is none. */
  readonly annotation: ((error: { readonly title: string; readonly message: string }) => string) | null;
  readonly summary: CiSummary | null;
}

/** How a job hides lines of a secret in its log from now on. */
export type CiMask =
  /** A command to the runner for one line, which it reads on stderr. */
  | { readonly kind: 'command'; readonly of: (line: string) => string }
  /** A program that reads all lines from stdin. */
  | (CiProgram & { readonly kind: 'program'; readonly inputOf: (lines: readonly string[]) => string });

/** How a job shows Markdown on its run's page. */
export type CiSummary =
  /** It is added to a file. */
  | { readonly kind: 'file'; readonly variable: string }
  /** It is a file of its own in a folder that outlives the step; a command to the runner, on stderr, names it. */
  | { readonly kind: 'upload'; readonly variable: string; readonly of: (path: string) => string }
  /** A program reads it from stdin. */
  | (CiProgram & { readonly kind: 'program' });

/** A program of the system's agent, found in `PATH`. */
export interface CiProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** What the names of the variables that it needs begin with. */
  readonly prefix: string;
  /** Variables that it is to see so, whatever the job sets. */
  readonly variables: Readonly<Record<string, string>>;
}

type Escapes = readonly (readonly [character: string, written: string])[];

/** https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
const githubData: Escapes = [
  ['%', '%25'],
  ['\r', '%0D'],
  ['\n', '%0A'],
];

const githubProperty: Escapes = [...githubData, [':', '%3A'], [',', '%2C']];

/** https://github.com/microsoft/azure-pipelines-agent/blob/master/src/Agent.Sdk/CommandStringConvertor.cs */
const azure: Escapes = [
  ['%', '%AZP25'],
  [';', '%3B'],
  ['\r', '%0D'],
  ['\n', '%0A'],
  [']', '%5D'],
];

function escaped(text: string, escapes: Escapes): string {
  return escapes.reduce((rest, [character, written]) => rest.replaceAll(character, written), text);
}

/**
 * Every CI system that sactl knows. Where a job runs in several, e.g. in Jenkins on a machine of CodeBuild, the first one counts. Sources:
 * https://docs.github.com/actions/reference/workflows-and-actions/variables,
 * https://docs.gitlab.com/ci/variables/predefined_variables/,
 * https://learn.microsoft.com/azure/devops/pipelines/build/variables,
 * https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html,
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html,
 * https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables,
 * https://buildkite.com/docs/pipelines/configure/environment-variables,
 * https://circleci.com/docs/reference/variables/,
 * https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/.
 */
export const ciSystems: readonly CiSystem[] = [
  {
    name: 'github-actions',
    title: 'GitHub Actions',
    mark: 'GITHUB_ACTIONS',
    page: '{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}',
    run: {
      repository: '{GITHUB_REPOSITORY}',
      workflow: '{GITHUB_WORKFLOW}',
      runId: '{GITHUB_RUN_ID}',
      actor: '{GITHUB_ACTOR}',
    },
    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#masking-a-value-in-a-log
    mask: { kind: 'command', of: (line) => `::add-mask::${escaped(line, githubData)}` },
    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
    annotation: ({ title, message }) =>
      `::error title=${escaped(title, githubProperty)}::${escaped(message, githubData)}`,
    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
    summary: { kind: 'file', variable: 'GITHUB_STEP_SUMMARY' },
  },
  {
    name: 'gitlab-ci',
    title: 'GitLab CI',
    mark: 'GITLAB_CI',
    page: '{CI_JOB_URL}',
    run: {
      repository: '{CI_PROJECT_PATH}',
      workflow: '{CI_JOB_NAME}',
      runId: '{CI_PIPELINE_ID}',
      actor: '{GITLAB_USER_LOGIN}',
    },
    // Its runner reads ::add-mask:: only with proxy_exec, an experiment, and prints it otherwise:
    // https://gitlab.com/gitlab-org/gitlab-runner/-/issues/38464
    mask: null,
    annotation: null,
    summary: null,
  },
  {
    name: 'azure-pipelines',
    title: 'Azure Pipelines',
    mark: 'TF_BUILD',
    // The address of the collection ends with a slash.
    page: '{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}',
    run: {
      repository: '{BUILD_REPOSITORY_NAME}',
      workflow: '{BUILD_DEFINITIONNAME}',
      runId: '{BUILD_BUILDID}',
      actor: '{BUILD_REQUESTEDFOR}',
    },
    // https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands#setsecret-register-a-value-as-a-secret;
    // on stderr, too: OnDataReceived in the agent's NodeHandler.cs.
    mask: { kind: 'command', of: (line) => `##vso[task.setsecret]${escaped(line, azure)}` },
    // https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands#logissue-log-an-error-or-warning
    annotation: ({ title, message }) => `##vso[task.logissue type=error]${escaped(`${title}: ${message}`, azure)}`,
    // https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands#uploadsummary-add-some-markdown-content-to-the-build-summary
    summary: {
      kind: 'upload',
      variable: 'AGENT_TEMPDIRECTORY',
      of: (path) => `##vso[task.uploadsummary]${escaped(path, azure)}`,
    },
  },
  {
    name: 'teamcity',
    title: 'TeamCity',
    mark: 'TEAMCITY_VERSION',
    page: '{BUILD_URL}',
    run: { repository: null, workflow: '{TEAMCITY_BUILDCONF_NAME}', runId: '{BUILD_NUMBER}', actor: null },
    mask: null,
    // It documents service messages for stdout alone, which is for data.
    annotation: null,
    summary: null,
  },
  {
    name: 'codebuild',
    title: 'AWS CodeBuild',
    mark: 'CODEBUILD_BUILD_ID',
    page: '{CODEBUILD_BUILD_URL}',
    run: {
      repository: '{CODEBUILD_SOURCE_REPO_URL}',
      workflow: null,
      runId: '{CODEBUILD_BUILD_ID}',
      actor: '{CODEBUILD_INITIATOR}',
    },
    mask: null,
    annotation: null,
    summary: null,
  },
  {
    name: 'jenkins',
    title: 'Jenkins',
    mark: 'JENKINS_URL',
    page: '{BUILD_URL}',
    run: { repository: '{GIT_URL}', workflow: '{JOB_NAME}', runId: '{BUILD_ID}', actor: null },
    mask: null,
    annotation: null,
    summary: null,
  },
  {
    name: 'buildkite',
    title: 'Buildkite',
    mark: 'BUILDKITE',
    page: '{BUILDKITE_BUILD_URL}',
    run: {
      repository: '{BUILDKITE_REPO}',
      workflow: '{BUILDKITE_PIPELINE_SLUG}',
      runId: '{BUILDKITE_BUILD_NUMBER}',
      actor: '{BUILDKITE_BUILD_CREATOR}',
    },
    // https://buildkite.com/docs/agent/cli/reference/redactor. A filter by names would leave out what is in no variable.
    mask: {
      kind: 'program',
      program: 'buildkite-agent',
      args: ['redactor', 'add', '--format', 'json'],
      inputOf: (lines) => JSON.stringify(Object.fromEntries(lines.entries())),
      prefix: 'BUILDKITE_',
      variables: { BUILDKITE_AGENT_REDACT_VARS_FILTER: 'false' },
    },
    annotation: null,
    // https://buildkite.com/docs/agent/cli/reference/annotate
    summary: {
      kind: 'program',
      program: 'buildkite-agent',
      args: ['annotate', '--style', 'info', '--context', 'sactl', '--append'],
      prefix: 'BUILDKITE_',
      variables: {},
    },
  },
  {
    name: 'circleci',
    title: 'CircleCI',
    mark: 'CIRCLECI',
    page: '{CIRCLE_BUILD_URL}',
    run: {
      repository: '{CIRCLE_PROJECT_USERNAME}/{CIRCLE_PROJECT_REPONAME}',
      workflow: '{CIRCLE_JOB}',
      runId: '{CIRCLE_WORKFLOW_ID}',
      actor: '{CIRCLE_USERNAME}',
    },
    mask: null,
    annotation: null,
    summary: null,
  },
  {
    name: 'bitbucket',
    title: 'Bitbucket Pipelines',
    mark: 'BITBUCKET_BUILD_NUMBER',
    page: 'https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}',
    run: {
      repository: '{BITBUCKET_REPO_FULL_NAME}',
      workflow: null,
      runId: '{BITBUCKET_BUILD_NUMBER}',
      actor: '{BITBUCKET_STEP_TRIGGERER_UUID}',
    },
    mask: null,
    annotation: null,
    summary: null,
  },
];
