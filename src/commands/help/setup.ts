import { providerParts } from './environment.ts';
import { rowsOf, type HelpBlock, type Topic } from './topic.ts';

/** What every guess about signing in leads to. */
export const setup: Topic = {
  title: 'Setting up',
  blocks: [
    {
      kind: 'text',
      text:
        'sactl has no sign-in of its own: it uses a credential that you have, from where you keep it. A secret is ' +
        'never a flag, and sactl keeps no copy of it.',
    },
    rowsOf({
      'sactl config init': 'asks for all that a profile needs, tries the credential, and writes the profile',
      'sactl whoami': 'who the credential is',
      'sactl sa list': 'the accounts that it can see',
      'sactl doctor': 'what is wrong, if something is',
      'sactl sa list --sandbox': 'the same on built-in emulators, without a credential',
    }),
    {
      kind: 'text',
      text: 'Without a profile, as in CI, the environment says it all. "from" is where to get a credential.',
    },
    ...providerParts().flatMap(({ title, rows, origin }): readonly HelpBlock[] => [
      { kind: 'title', text: title },
      rowsOf({ ...rows, from: origin }),
    ]),
    { kind: 'text', text: 'The keys of a profile: "sactl help config". All variables: "sactl help environment".' },
  ],
};
