import { InvalidArgumentError, Option, type Command } from '@commander-js/extra-typings';

import { durationForms, parseDuration } from '../model/duration.ts';
import { formats } from '../model/format.ts';
import { listOf } from '../model/text.ts';
import { providerNames } from '../model/account.ts';
import { registry } from '../providers/registry.ts';
import { version } from '../version.ts';
import { repeated } from '../session/flags.ts';

/** The flags that every command has, on the root, so that they are understood before and after the verb; their types are inferred. */
export function declareCommonFlags(root: Command) {
  return root
    .description(
      `Service accounts and their one-time credentials on ${listOf(providerNames.map((name) => registry[name].fullName))}.`,
    )
    .addOption(
      new Option(
        '--provider <name>',
        'provider to work on; "all" is every one with a credential (serviceaccounts list and rotate, doctor)',
      ).choices([...providerNames, 'all' as const]),
    )
    .option(
      '--profile <name>',
      'profile of the configuration file to connect with; may be repeated where "all" may stand',
      repeated,
    )
    .option('--org <id>', 'organization (nscale); "sactl orgs list" shows them')
    .option('--endpoint <url>', "address of the provider's API")
    .option('--allow-endpoint-override', "send a profile's credential to --endpoint without asking")
    .option('--ca-cert <file>', 'also trust the certificate authorities in this PEM file')
    .option('--timeout <duration>', 'time for each HTTP attempt (default: 30s)', duration)
    .option('--sandbox', 'work on the built-in emulators, without credentials')
    .option('--json', 'print JSON')
    .option('-q, --query <filter>', 'print what this jq filter finds; may be repeated', repeated)
    .option('--query-file <path>', 'read the jq filter from a file')
    .addOption(new Option('--format <format>', 'output format').choices(formats))
    .option('--raw', "print the provider's own answer (with --json, -q or --format ndjson)")
    .option('--dry-run', 'show what would be sent, and change nothing')
    .option('-y, --yes', 'confirm without being asked')
    .option('--no-input', 'never ask for anything')
    .option('--debug', 'log requests and stack traces on stderr, without secrets')
    .option('--quiet', 'print no notes on stderr')
    .option('--no-color', 'print no colours')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', firstSteps);
}

const firstSteps = `
Examples:
  $ sactl serviceaccounts list --sandbox
  $ sactl sa rotate --id ci-deploy --yes -q .credential.value > token

"sactl help exit-codes", "sactl help targets" and "sactl help environment" tell the rest.`;

const longestTimeoutMs = 3_600_000;

function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === null) throw new InvalidArgumentError(`It must have the form ${durationForms}.`);
  if (milliseconds > longestTimeoutMs) throw new InvalidArgumentError('It is at most 1h.');
  return milliseconds;
}
