type Variables = Readonly<Record<string, string | undefined>>;

type Streams = Readonly<Record<'stdin' | 'stdout' | 'stderr', { readonly isTTY: boolean }>>;

/** Whether a person can answer: all three streams are terminals, and this is not CI (docs/design.md 1). */
export function isTerminal({ stdin, stdout, stderr, env }: Streams & { readonly env: Variables }): boolean {
  return stdin.isTTY && stdout.isTTY && stderr.isTTY && !isCI(env);
}

/** Whether `CI` is set to anything but `0` or `false`. */
export function isCI(env: Variables): boolean {
  const value = (env['CI'] ?? '').trim().toLowerCase();
  return value !== '' && value !== '0' && value !== 'false';
}

/** Where CI systems name the page of their run. */
const runPages = ['CI_JOB_URL', 'BUILD_URL', 'BUILDKITE_BUILD_URL', 'CIRCLE_BUILD_URL'] as const;

/** The page of the CI run that this process is part of; null where none is named. */
export function runAddress(env: Variables): string | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  if (server && repository && run) return `${server}/${repository}/actions/runs/${run}`;
  return runPages.map((name) => env[name]).find((page) => page !== undefined && page !== '') ?? null;
}

/** Whether the environment asks for the sandbox, as `--sandbox` does. */
export function isSandboxOn(env: Variables): boolean {
  return /^\s*(?:1|true)\s*$/.test(env['SACTL_SANDBOX'] ?? '');
}
