import type { HelpRow } from '../../src/commands/help/topic.ts';
import { providerNames } from '../../src/model/account.ts';
import { listOf } from '../../src/model/text.ts';
import { registry } from '../../src/providers/registry.ts';

const providers = listOf(providerNames.map((name) => registry[name].fullName));

/** What the manual says of the whole program, which no single command's help does. */
export const overview = [
  `Manages service accounts and their one-time credentials on ${providers}, in the same commands and the same account model.`,
  'A credential is shown once and dies when it is lost. Everything is tried before anything is sent, the new credential is ' +
    'kept in a journal until it is where it was asked for, and the exit code says exactly what happened.',
  'Standard output holds data only; notes, questions and errors go to standard error. On a terminal, changes say what they ' +
    'will do and ask, and missing input is asked for. Elsewhere, or with CI set or --no-input, nothing ever waits: what ' +
    'needs a confirmation needs --yes, and everything that is missing is reported at once.',
  'Common flags may stand before or after the command. A flag that a command cannot honour is an error, and never ignored.',
] as const;

/** Where the program keeps and finds things. */
export const files: readonly HelpRow[] = [
  {
    term: '~/.config/sactl/config.yaml',
    meaning:
      'Your settings and profiles; also config.yml or config.json, below $XDG_CONFIG_HOME where that is set, or the file ' +
      'that SACTL_CONFIG names. See "sactl config path".',
  },
  {
    term: '.sactlrc, .sactlrc.{json,yaml,yml}, sactl.config.{json,yaml,yml}',
    meaning:
      "A project's settings, found from the working directory up to the root of the repository. Only provider, org, columns " +
      'and format can be in it: it never says where a credential is sent.',
  },
  {
    term: '~/.local/state/sactl/',
    meaning:
      'What is kept: journal/ with credentials that are not delivered yet, audit.jsonl with every change, augment/ with the ' +
      'record of accounts and tokens, backups/ with sessions that were replaced, sandbox/ with all that of the sandbox. ' +
      'Below $XDG_STATE_HOME where that is set, in %LOCALAPPDATA%\\sactl on Windows, or where SACTL_STATE_DIR says.',
  },
  {
    term: '~/.cache/sactl/',
    meaning:
      'What Node.js compiled of the program, for a faster start; below $XDG_CACHE_HOME where that is set. Only from Node.js 22 ' +
      'on, and only where no other user can write to it. It can be deleted at any time.',
  },
  {
    term: '~/.augment/session.json',
    meaning: "Auggie's own session, which is read for Augment without AUGMENT_SESSION_AUTH.",
  },
];
