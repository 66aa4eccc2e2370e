import type { Operand } from '../verb.ts';

export const keyOperand: Operand = { name: 'key', help: 'with dots between its parts, e.g. profiles.prod.org' };
