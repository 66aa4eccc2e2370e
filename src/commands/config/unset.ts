import { verb } from '../verb.ts';
import { keyOperand } from './key.ts';

export const unset = verb({
  summary: 'Take a setting out of your configuration file',
  description:
    'Removes one key of your file, with all that is below it. Comments elsewhere and the order of the keys stay.',
  honours: ['output'],
  prints: ['setting'],
  operands: [keyOperand],
  examples: ['sactl config unset profile', 'sactl config unset profiles.staging'],
  run: async (invocation, _, [key = '']) => (await import('./change.ts')).unsetSetting(invocation, key),
});
