import { verb } from '../verb.ts';
import { keyOperand } from './key.ts';

export const get = verb({
  summary: 'Print a setting of your configuration file',
  description:
    'Prints what your file says under a key, text as it is and anything else as JSON. What counts where flags, variables ' +
    'or a project file say something else is in "sactl config explain". A key that is not set is exit code 3.',
  honours: ['output'],
  prints: ['setting'],
  operands: [keyOperand],
  examples: ['sactl config get profile', 'sactl config get profiles.prod.org'],
  run: async (invocation, _, [key = '']) => (await import('./change.ts')).getSetting(invocation, key),
});
