import { on, text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const migrate = verb({
  summary: 'Copy a state into the store that is set',
  description:
    'Copies what another store has, or this machine with "--from file", into the store that SACTL_STATE or the' +
    ' configuration names: open entries of the journal, sealed for the recipients, the audit log, when ' +
    'credentials were last issued, and the records of Augment accounts. What is there already is not copied ' +
    'twice: after an interruption, run it again. Nothing is removed at the source without --move, which ' +
    'removes it after everything was written and read back. Refuses while an account is held there, or an ' +
    'entry is under way (exit 5). The credential of --from is the one that the user file has beside that ' +
    'address; S3 takes the usual AWS_… variables.',
  honours: ['state', 'output', 'change'],
  prints: ['migrated'],
  examples: [
    'sactl state migrate --from file --dry-run',
    'sactl state migrate --from file --move',
    "sactl state migrate --from 's3://old-bucket/sactl?region=eu-west-1'",
  ],
  flags: {
    from: text('--from <store>', 'file for the state directory of this machine, or the address of a store'),
    move: on('--move', 'remove it at the source once all was written and read back'),
  },
  run: async (invocation, flags) => (await import('./migration.ts')).migrateState(invocation, flags),
});
