import { placedKeys, type PlacedKey } from '../../config/keys.ts';
import { providerNames } from '../../model/account.ts';
import { environments } from '../../providers/registry.ts';
import type { Topic } from './topic.ts';

/** Every key of the configuration files, from the table that reads them. */
export const config: Topic = {
  title: 'Configuration',
  blocks: [
    {
      kind: 'text',
      text:
        '"sactl config init" writes a profile, "sactl config set" one key, "sactl config path" says where your file is. A ' +
        'flag wins over a variable, that over the file of a project, that over yours: "sactl config explain".',
    },
    { kind: 'rows', rows: placedKeys().map((placed) => ({ term: placed.path, meaning: meaningOf(placed) })) },
    { kind: 'title', text: 'What each provider wants of a profile beside provider and credential' },
    { kind: 'rows', rows: providerNames.map((name) => ({ term: name, meaning: wantedBy(name) })) },
    {
      kind: 'text',
      text:
        'A credential is never in the file; it is named by where it is: { env: NAME }, { file: path } or ' +
        '{ command: [program, argument] }, whose output is the credential.',
    },
  ],
};

function meaningOf({ key, places }: PlacedKey): string {
  const others = [key.flag, key.variable].filter((name) => name !== undefined);
  return [
    key.help,
    ...(key.isRequired ? ['required'] : []),
    ...(key.default === undefined ? [] : [`default: ${key.default}`]),
    ...(others.length === 0 ? [] : [`also ${others.join(', ')}`]),
    ...(places.includes('project') ? ['in the file of a project, too'] : []),
    ...(places.length === 0 ? ['in no file'] : []),
  ].join('; ');
}

function wantedBy(name: (typeof providerNames)[number]): string {
  const { endpoint, organization, secrets } = environments[name];
  const wanted = [
    ...(endpoint.default === null ? ['endpoint'] : []),
    ...(secrets[0]?.clientId ? ['clientId, where the credential is a client secret'] : []),
    ...(organization === null ? [] : ['org, where the credential sees several']),
  ];
  return wanted.length === 0 ? 'nothing' : wanted.join(', ');
}
