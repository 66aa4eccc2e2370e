import { nameRule } from '../expand.ts';
import { fixed, free, nothingThere, passAll, programScheme, valueThere } from './program-kind.ts';
import { storedIn } from './output.ts';

function slug(what: string): ReturnType<typeof nameRule> {
  return nameRule(what, 'use lower-case letters, digits, - and _', (name) => /^[a-z0-9][a-z0-9_-]*$/.test(name));
}

/** Every config has three secrets of Doppler's own: https://docs.doppler.com/docs/secrets */
const secretRule = nameRule(
  'the name of the secret',
  "use upper-case letters, digits and _, no digit first, and none of Doppler's own names",
  (name) => /^(?!DOPPLER_(?:PROJECT|CONFIG|ENVIRONMENT)$)[A-Z_][A-Z0-9_]*$/.test(name),
);

/** `doppler:<project>/<config>#<NAME>`: a secret of a config of Doppler. */
export const dopplerScheme = programScheme({
  program: 'doppler',
  body: /^(?<project>[^/]*)(?:\/(?<config>.*))?$/s,
  names: { project: fixed(slug('the project')), config: fixed(slug('the config')), slot: free(secretRule) },
  variables: () => ({ DOPPLER_ENABLE_VERSION_CHECK: 'false' }),
  check: (tool, { project, config }) =>
    passAll(tool, [
      { args: ['me', '--json'], input: null, hint: 'doppler login, or DOPPLER_TOKEN' },
      {
        args: ['secrets', '--only-names', '--json', ...where(project, config)],
        input: null,
        hint: 'the project and its config must exist, and the token of doppler must be for them',
      },
    ]),
  deliver: (tool, { project, config, slot }, { text }) => {
    const args = ['secrets', 'set', slot, ...where(project, config), '--no-interactive', '--silent'];
    return tool({ args, input: text });
  },
  stored: ({ project, config, slot }) => ({
    run: {
      args: ['secrets', '--only-names', '--json', ...where(project, config)],
      input: null,
      keepsStdout: 1024 * 1024,
    },
    absence: /^(?!)/,
    read: (stdout) => storedIn(stdout, (names) => (Object.hasOwn(names, slot) ? valueThere({}) : nothingThere)),
  }),
  isFinal:
    /Unauthorized|Invalid (?:Auth|Service) token|Could not find|do(?:es)? not have access|read.?only|must provide a token/i,
});

function where(project: string, config: string): readonly string[] {
  return ['--project', project, '--config', config];
}
