import { expectTypeOf, test } from 'vitest';
import type * as z from 'zod/mini';

import type { shapes } from '../../../src/commands/schema/shapes.ts';
import type { Diagnosis } from '../../../src/commands/doctor/report.ts';
import type { CommandDocument } from '../../../src/commands/help/document.ts';
import type { EntryDocument } from '../../../src/commands/recover/entry.ts';
import type { AccountDocument } from '../../../src/commands/state/account.ts';
import type { IssuanceResult } from '../../../src/delivery/result.ts';
import type { FailedItem, RotatedItem, SkippedItem } from '../../../src/fleet/items.ts';
import type { Account } from '../../../src/model/account.ts';
import type { ErrorObject } from '../../../src/output/error.ts';
import type { GrantedRule, Scope } from '../../../src/providers/access-rules.ts';
import type { Group, Organization, Role } from '../../../src/providers/provider.ts';
import type { PlannedTarget } from '../../../src/session/dry-run.ts';
import type { AuditEvent } from '../../../src/state/audit-read.ts';

/** Without what only the compiler sees, and with words for the unions that a schema leaves open to newer ones. */
type Plain<Value> = unknown extends Value
  ? unknown
  : Value extends string
    ? string
    : Value extends number
      ? number
      : Value extends boolean | null | undefined
        ? Value
        : Value extends readonly (infer Item)[]
          ? readonly Plain<Item>[]
          : { readonly [Key in keyof Value]: Plain<Value[Key]> };

type Shape<Name extends keyof typeof shapes> = Plain<z.infer<(typeof shapes)[Name]>>;
type Marked = { readonly sandbox?: true | undefined };

test('a schema has the type of what is printed', () => {
  expectTypeOf<Shape<'account'>>().toEqualTypeOf<Plain<Account>>();
  expectTypeOf<Shape<'issued'>>().toEqualTypeOf<Plain<IssuanceResult>>();
  expectTypeOf<Shape<'rotation-report'>['rotated'][number]>().toEqualTypeOf<Plain<RotatedItem>>();
  expectTypeOf<Shape<'rotation-report'>['skipped'][number]>().toEqualTypeOf<Plain<SkippedItem>>();
  expectTypeOf<keyof Shape<'rotation-report'>['failed'][number]>().toEqualTypeOf<keyof FailedItem>();
  expectTypeOf<keyof Shape<'error'>['error']>().toEqualTypeOf<keyof ErrorObject>();
  expectTypeOf<Shape<'audit-event'>>().toEqualTypeOf<Plain<AuditEvent>>();
  expectTypeOf<Shape<'group'>>().toEqualTypeOf<Plain<Group>>();
  expectTypeOf<Shape<'role'>>().toEqualTypeOf<Plain<Role>>();
  expectTypeOf<Shape<'scope'>>().toEqualTypeOf<Plain<Scope>>();
  expectTypeOf<Shape<'organization'>>().toEqualTypeOf<Plain<Organization>>();
  expectTypeOf<keyof Shape<'dry-run'>['targets'][number]>().toEqualTypeOf<keyof PlannedTarget>();
  expectTypeOf<Shape<'diagnosis'>>().toEqualTypeOf<Plain<Diagnosis>>();
  expectTypeOf<keyof Shape<'access-rule'>>().toEqualTypeOf<keyof (GrantedRule & Marked)>();
  expectTypeOf<Omit<Shape<'hold'>, 'sandbox'>>().toEqualTypeOf<Plain<AccountDocument>>();
  expectTypeOf<keyof Shape<'command-tree'>>().toEqualTypeOf<keyof CommandDocument>();
  expectTypeOf<Exclude<keyof Shape<'entry'>, 'credential' | 'answer' | 'sandbox'>>().toEqualTypeOf<
    keyof EntryDocument
  >();
});
