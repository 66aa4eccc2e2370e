import { verb } from '../verb.ts';
import { keyOperand } from './key.ts';

export const set = verb({
  summary: 'Change a setting in your configuration file',
  description:
    'Writes one key of your file, which is made where there is none. Comments and the order of the keys stay as they ' +
    'are. A value that begins with [ or { is YAML; any other is text. A value that could not be read back is refused.',
  honours: ['output'],
  prints: ['setting'],
  operands: [keyOperand, { name: 'value', help: 'never a secret: a credential is named by where it is' }],
  examples: [
    'sactl config set profile prod',
    'sactl config set profiles.prod.org acme',
    "sactl config set profiles.prod.credential '{file: ~/prod.token}'",
    "sactl config set columns '[name, status, expiresAt]'",
  ],
  run: async (invocation, _, [key = '', value = '']) =>
    (await import('./change.ts')).setSetting(invocation, key, value),
});
