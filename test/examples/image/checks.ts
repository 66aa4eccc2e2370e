import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { version } from '../../../src/version.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An image, however it was built. */
export interface Image {
  /** Runs its entry point in /work, on a file system that can be written in /work, /tmp and /var/lib/sactl alone. */
  readonly run: (argv: readonly string[]) => Promise<Ended>;
  /** The folder of this machine that is /work. */
  readonly work: string;
  /** All that is in it, without what is mounted, e.g. `usr/local/bin/sactl`. */
  readonly files: () => Promise<readonly string[]>;
}

/** What is wrong with it: uses it as its users do, in the sandbox. */
export async function problemsOf(image: Image): Promise<readonly string[]> {
  const before = await image.files();
  const problems = [
    ...(await expectOutput(image, '--version', `${version}\n`)),
    ...(await expectOutput(
      image,
      'sa list --sandbox -q [.[].name|ascii_upcase|select(test("^CI-DEP"))]|first',
      'CI-DEPLOY\n',
    )),
    ...(await expectOutput(image, 'sa rotate --sandbox --id ci-deploy --yes --to file:token -q .verified', 'true\n')),
    ...(await deliveryProblems(image)),
    ...(await doctorProblems(image)),
  ];
  const after = await image.files();
  return [...problems, ...after.filter((path) => !before.includes(path)).map((path) => `${path} was written`)];
}

async function expectOutput(image: Image, line: string, stdout: string): Promise<readonly string[]> {
  const ended = await image.run(line.split(' '));
  const isRight = ended.code === 0 && ended.stdout === stdout && ended.stderr === '';
  return isRight ? [] : [`sactl ${line}: ${JSON.stringify(ended)}`];
}

/** The token is in the mounted folder, and goes with this run. */
async function deliveryProblems({ work }: Image): Promise<readonly string[]> {
  const names = await readdir(work);
  const token = await readFile(join(work, 'token'), 'utf8').catch(() => '');
  await rm(join(work, 'token'), { force: true });
  return token.length > 100 && names.join() === 'token' ? [] : [`in /work is ${names.join()}`];
}

async function doctorProblems(image: Image): Promise<readonly string[]> {
  const { code, stdout, stderr } = await image.run(['doctor', '--sandbox', '--json']);
  if (code !== 0) return [`sactl doctor: exit ${String(code)}: ${stdout}${stderr}`];
  const findings = JSON.parse(stdout) as readonly { level: string; message: string }[];
  return findings.filter(({ level }) => level !== 'ok').map(({ message }) => `sactl doctor: ${message}`);
}
