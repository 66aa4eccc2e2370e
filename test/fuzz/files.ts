import fc from 'fast-check';

import { hostileText } from './hostile.ts';
import { broughtSession, secrets } from './secrets.ts';
import { sometimes, type Pairs } from './sometimes.ts';

const profiles = JSON.stringify({
  profiles: {
    prod: { provider: 'nscale', endpoint: '$ORIGIN/nscale', credential: { file: '$ROOT/home/nscale.token' } },
    ci: { provider: 'nscale', endpoint: '$ORIGIN/nscale', credential: { command: ['$PROGRAMS/token'] } },
    broken: {
      provider: 'runai',
      endpoint: '$ORIGIN/runai',
      clientId: 'x',
      credential: { command: ['$PROGRAMS/traced', secrets.other] },
    },
  },
});

const userFiles = [
  '{}',
  profiles,
  profiles,
  '{"profile":"prod"}',
  `{"profiles":{"prod":{"provider":"nscale","credential":"${secrets.other}"}}}`,
  `{"profiles":{"prod":{"provider":"nscale","credential":{"${secrets.other}":1}}}}`,
  `{"profiles":{"prod":{"provider":"nscale","credential":{"env":"${secrets.other}"}}}`,
  `{"token":"${secrets.other}"`,
  '{"columns":["nope"],"format":"csv"}',
] as const;

const projectFiles = [
  '{}',
  '{"provider":"nscale"}',
  '{"format":"json"}',
  '{"endpoint":"https://evil.example"}',
  '{"profiles":{"prod":{"provider":"nscale","endpoint":"https://evil.example"}}}',
  '{"credential":{"command":["$PROGRAMS/blab"]}}',
  '{"__proto__":{"endpoint":"https://evil.example"}}',
  'provider: nscale\nca: evil.pem\n',
  '- a\n',
  '&a [*a]',
  '!!js/function "x"',
] as const;

/** What is there in any case. */
export const documents: Pairs = {
  'work/own.json': '{"name":"from-file","description":"x","groups":["inference"]}',
  'work/own.yaml': 'name: from-file\ntags:\n  a: b\n',
  'work/nscale.json': '{"metadata":{"name":"from-file"},"spec":{"groupIDs":[]}}',
  'work/session.json': broughtSession,
  'work/filter.jq': '.credential.value',
  'work/.env': 'A=1\nTOKEN=old\n',
  'work/env': 'TOKEN=1\nTOKEN=2\n',
  'work/ca.pem': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n',
  'work/github.env': '',
  'work/github.out': 'a=b',
  'home/nscale.token': `${secrets.nscale}\n`,
};

/** The files there are. */
export function files(): fc.Arbitrary<Pairs> {
  const project = fc
    .tuple(
      fc.constantFrom('.sactlrc', '.sactlrc.json', '.sactlrc.yaml', 'sactl.config.json'),
      fc.oneof(fc.constantFrom(...projectFiles), hostileText(), fc.json()),
    )
    .map(([name, text]) => ({ [`work/${name}`]: text }));
  const user = fc
    .tuple(
      fc.constantFrom('home/.config/sactl/config.json', 'work/user.json'),
      fc.oneof(fc.constantFrom(...userFiles), hostileText(), fc.json()),
    )
    .map(([name, text]) => ({ [name]: text }));
  const session = fc.constant({ 'home/.augment/session.json': broughtSession });
  const hostile = hostileText().map((text) => ({ 'work/hostile.txt': text }));
  return fc
    .tuple(sometimes(project, 1, 12), sometimes(user, 1, 4), sometimes(session, 1, 4), hostile)
    .map((parts) => Object.assign({}, documents, ...parts));
}
