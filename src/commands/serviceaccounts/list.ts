import { isFleet, listFlags } from '../../fleet/flags.ts';
import { verb } from '../verb.ts';

export const list = verb({
  summary: 'List service accounts',
  description:
    'Lists the service accounts the credential can see, sorted by name; with --provider all, or several --profile, ' +
    'those of all providers at once.',
  honours: ['connection', 'fleet', 'organization', 'output', 'raw'],
  prints: ['account[]'],
  examples: [
    'sactl serviceaccounts list',
    'sactl sa list --expiring-within 14d --sort expiresAt',
    'sactl sa list --tag team=platform --status active',
    'sactl sa list --provider all --older-than 60d',
    'sactl sa list -q \'.[] | select(.status == "expired") | .id\'',
    'sactl sa list --format csv --columns name,expiresAt,id',
  ],
  flags: listFlags,
  run: async (invocation, flags) => {
    const { listAll, listOne } = await import('../../fleet/list.ts');
    return isFleet(invocation.ctx, invocation.common) ? listAll(invocation, flags) : listOne(invocation, flags);
  },
});
