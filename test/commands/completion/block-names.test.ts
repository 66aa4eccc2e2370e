import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import { blockNames } from '../../../src/commands/completion/profiles.ts';

describe('names below a key of a YAML file', () => {
  it('are found between comments, blank lines and other keys', () => {
    const text = [
      '---',
      'org: a',
      'profiles: # mine',
      '',
      '    # the old one',
      '    prod:',
      '        provider: nscale',
      '        credential: { env: A }',
      '# nothing',
      '    a-b.c_1: { provider: nscale }',
      'columns: [name]',
      '  other: x',
    ];
    expect(blockNames(text.join('\n'), 'profiles')).toEqual(['prod', 'a-b.c_1']);
    expect(blockNames(text.join('\r\n'), 'profiles')).toEqual(['prod', 'a-b.c_1']);
  });

  it.each([
    'profiles: { prod: {} }',
    'profiles: &all\n  prod: {}',
    '"profiles":\n  prod: {}',
    'profiles:\n  "prod": {}',
    'profiles:\n  ? prod\n  : {}',
    'profiles:\n  <<: *all\n',
    'profiles:\n  prod: {\n  }\n',
    'profiles:\n    prod: {}\n  staging: {}\n',
    'profile: prod\n',
  ])('are left to a parser where they are not plain: %j', (text) => {
    expect(blockNames(text, 'profiles')).toBeNull();
  });

  it('are what a parser finds, or none', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
    const value = fc.oneof(fc.string(), fc.record({ provider: fc.string(), org: fc.lorem() }));
    const file = fc.record({ org: fc.string(), profiles: fc.dictionary(name, value), columns: fc.array(fc.string()) });
    const style = fc.constantFrom(
      {},
      { indent: 4 },
      { lineWidth: 20 },
      { defaultStringType: 'BLOCK_LITERAL' as const },
    );
    fc.assert(
      fc.property(file, style, (content, options) => {
        const text = stringify(content, options);
        const names = blockNames(text, 'profiles');
        const parsed = parse(text, { stringKeys: true }) as typeof content;
        const expected = Object.keys(parsed.profiles).toSorted();
        expect(names?.toSorted() ?? expected).toEqual(expected);
      }),
    );
  });
});
