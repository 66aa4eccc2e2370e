import { verb } from '../verb.ts';
import { keyOperand } from './key.ts';

export const get = verb({
  summary: 'Print a setting of your configuration file',
  description:
    'Prints what your file says under a key, text as it is and anything else as JSON. Flags, variables and ' +
    'project files may say something else: "sactl config explain" shows what counts. A key that is not set is ' +
    'exit code 3.',
  honours: ['output'],
  prints: ['setting'],
  operands: [keyOperand],
  examples: ['sactl config get profile', 'sactl config get profiles.prod.org'],
  run: async (invocation, _, [key = '']) => (await import('./change.ts')).getSetting(invocation, key),
});
