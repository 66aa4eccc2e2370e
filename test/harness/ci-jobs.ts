/** A job as its system makes it: variables that its documentation shows, and what is to be said of the run. */
export interface CiJob {
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  readonly repository: string | null;
  readonly workflow: string | null;
  readonly runId: string | null;
  readonly actor: string | null;
}

/** By the name that the audit log gives the system. `CI` is set where the system sets it. */
export const ciJobs: Readonly<Record<string, CiJob>> = {
  'github-actions': {
    env: {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/deploy',
      GITHUB_WORKFLOW: 'rotate',
      GITHUB_RUN_ID: '4711',
      GITHUB_ACTOR: 'ann',
    },
    url: 'https://github.com/acme/deploy/actions/runs/4711',
    repository: 'acme/deploy',
    workflow: 'rotate',
    runId: '4711',
    actor: 'ann',
  },
  'gitlab-ci': {
    env: {
      CI: 'true',
      GITLAB_CI: 'true',
      CI_PROJECT_PATH: 'acme/deploy',
      CI_JOB_NAME: 'rotate',
      CI_JOB_URL: 'https://gitlab.com/acme/deploy/-/jobs/99',
      CI_PIPELINE_ID: '815',
      GITLAB_USER_LOGIN: 'ann',
    },
    url: 'https://gitlab.com/acme/deploy/-/jobs/99',
    repository: 'acme/deploy',
    workflow: 'rotate',
    runId: '815',
    actor: 'ann',
  },
  'azure-pipelines': {
    env: {
      TF_BUILD: 'True',
      SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
      SYSTEM_TEAMPROJECT: 'Cloud Ops',
      BUILD_BUILDID: '2112',
      BUILD_REPOSITORY_NAME: 'deploy',
      BUILD_DEFINITIONNAME: 'rotate',
      BUILD_REQUESTEDFOR: 'Ann Example',
    },
    url: 'https://dev.azure.com/acme/Cloud%20Ops/_build/results?buildId=2112',
    repository: 'deploy',
    workflow: 'rotate',
    runId: '2112',
    actor: 'Ann Example',
  },
  teamcity: {
    env: {
      TEAMCITY_VERSION: '2025.11 (build 199325)',
      TEAMCITY_PROJECT_NAME: 'Ops',
      TEAMCITY_BUILDCONF_NAME: 'rotate',
      BUILD_NUMBER: '42',
      BUILD_URL: 'https://teamcity.example/viewLog.html?buildId=815',
    },
    url: 'https://teamcity.example/viewLog.html?buildId=815',
    repository: null,
    workflow: 'rotate',
    runId: '42',
    actor: null,
  },
  codebuild: {
    env: {
      CODEBUILD_BUILD_ID: 'rotate:b1e6661e-e4f2-4156-9ab9-82a19example',
      CODEBUILD_BUILD_URL:
        'https://eu-west-1.console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/rotate:b1e6661e/view/new',
      CODEBUILD_SOURCE_REPO_URL: 'https://github.com/acme/deploy.git',
      CODEBUILD_INITIATOR: 'codepipeline/nightly',
    },
    url: 'https://eu-west-1.console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/rotate:b1e6661e/view/new',
    repository: 'https://github.com/acme/deploy.git',
    workflow: null,
    runId: 'rotate:b1e6661e-e4f2-4156-9ab9-82a19example',
    actor: 'codepipeline/nightly',
  },
  jenkins: {
    env: {
      JENKINS_URL: 'https://jenkins.example/',
      BUILD_URL: 'https://jenkins.example/job/rotate/42/',
      JOB_NAME: 'ops/rotate',
      BUILD_ID: '42',
      GIT_URL: 'https://bot:hunter2@git.example/acme/deploy.git',
    },
    url: 'https://jenkins.example/job/rotate/42/',
    repository: 'https://git.example/acme/deploy.git',
    workflow: 'ops/rotate',
    runId: '42',
    actor: null,
  },
  buildkite: {
    env: {
      CI: 'true',
      BUILDKITE: 'true',
      BUILDKITE_REPO: 'git@github.com:acme/deploy.git',
      BUILDKITE_PIPELINE_SLUG: 'rotate',
      BUILDKITE_BUILD_NUMBER: '1514',
      BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/rotate/builds/1514',
      BUILDKITE_BUILD_CREATOR: 'Ann Example',
    },
    url: 'https://buildkite.com/acme/rotate/builds/1514',
    repository: 'git@github.com:acme/deploy.git',
    workflow: 'rotate',
    runId: '1514',
    actor: 'Ann Example',
  },
  circleci: {
    env: {
      CI: 'true',
      CIRCLECI: 'true',
      CIRCLE_PROJECT_USERNAME: 'acme',
      CIRCLE_PROJECT_REPONAME: 'deploy',
      CIRCLE_JOB: 'rotate',
      CIRCLE_WORKFLOW_ID: '0b1e6661-e4f2-4156-9ab9-82a19e000000',
      CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/deploy/7',
      CIRCLE_USERNAME: 'ann',
    },
    url: 'https://circleci.com/gh/acme/deploy/7',
    repository: 'acme/deploy',
    workflow: 'rotate',
    runId: '0b1e6661-e4f2-4156-9ab9-82a19e000000',
    actor: 'ann',
  },
  bitbucket: {
    env: {
      CI: 'true',
      BITBUCKET_BUILD_NUMBER: '7',
      BITBUCKET_REPO_FULL_NAME: 'acme/deploy',
      BITBUCKET_STEP_TRIGGERER_UUID: '{0b1e6661-e4f2-4156-9ab9-82a19e000000}',
    },
    url: 'https://bitbucket.org/acme/deploy/pipelines/results/7',
    repository: 'acme/deploy',
    workflow: null,
    runId: '7',
    actor: '{0b1e6661-e4f2-4156-9ab9-82a19e000000}',
  },
};
