/** Mutants that no test can or should kill, by their id: what is changed, and why that is harmless. */
export const explained: Readonly<Record<string, { readonly change: string; readonly why: string }>> = {
  '4a6836c0': {
    change: 'src/http/connections.ts: restMs 10 → 9',
    why: 'a rest of about ten milliseconds: nine are as good',
  },
  '3c623bde': {
    change: "src/http/connections.ts: isOwnDoing does not know 'UND_ERR_DESTROYED'",
    why: 'only connections that are not used again are destroyed by us, and then nothing is left to end',
  },
  '252b3f3f': {
    change: 'src/providers/nscale/create.ts: lifetimeMs 90 * 86_400_000 → 90 / 86_400_000',
    why: 'the expiry of a sample, on which filters are tried; it is shown nowhere',
  },
  '5d569e13': {
    change: 'src/http/answer-error.ts: a hint to wait 1000 ms at least → 500 ms',
    why: 'both are told as 1 second',
  },
  '2278d200': {
    change: 'src/state/store/postgres-connection.ts: what a failed end of a connection gives, undefined → []',
    why: 'nobody looks at it',
  },
  '99b7639f': {
    change: 'src/delivery/stdout.ts: the placeholder itself is not among the results whose problem is told',
    why: 'a filter that fails on it, and on none of its neighbours, would have to know it',
  },
  '4e891bb0': {
    change: 'src/state/account-lock.ts: a time is cut at 40 → 39 characters',
    why: 'a time has 24, and what is longer is none',
  },
  '6d99f5ce': {
    change: 'src/state/audit-read.ts: the longest line is 1 MiB → 512 KiB',
    why: 'a bound for damage: no line that is written comes near either',
  },
  c239c15c: {
    change: 'src/state/audit-read.ts: lastRotations counts lines about something else as unreadable',
    why: 'it does not look at that count',
  },
  '55b58e18': {
    change: 'src/http/answer-error.ts: two statuses of a map change places',
    why: 'nothing reads the map in its order',
  },
  '839a019a': {
    change: 'src/delivery/stdout.ts: a neighbour of every character is the same one',
    why: 'it is another character all the same, which is all that is wanted',
  },
  '7fcf9e8a': {
    change: 'src/state/store/generations.ts: no error means that a folder is busy',
    why: 'only Windows has such errors, and there only beside a virus scanner or the like',
  },
  '609146cf': {
    change: 'src/delivery/interrupt.ts: the listener of a signal stays after it was called',
    why: 'a signal is aborted once',
  },
  '08fb3cb2': {
    change: 'src/delivery/recover.ts: isSandbox of an entry that cannot be read is undefined, not false',
    why: 'it is only asked whether it is true',
  },
  a0d5269c: {
    change: 'src/providers/nscale/rotate.ts: the caller is looked up again after the rotation of another account, too',
    why: 'it costs a request at most',
  },
  ce377c8b: {
    change: 'src/state/store/s3-credential.ts: an empty session token is a token, not none',
    why: 'the signer sends no empty token either',
  },
  '6e455e7c': {
    change: "src/state/store/probe.ts: the revision of a value that is gone, '' → undefined",
    why: 'neither is the revision of anything, so that the check fails with both',
  },
  a84e6681: {
    change: 'src/state/store/probe.ts: the connections of the trial are not closed',
    why: 'they end with the process, which ends after the trial',
  },
  f14240d4: {
    change: 'src/state/armored-lines.ts: a line of any length ends what was whole',
    why: 'the reading for wrapped lines finds the same copies',
  },
};
