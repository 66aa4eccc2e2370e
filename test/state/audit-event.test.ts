import { expect, test } from 'vitest';

import { storedEvent } from '../../src/state/audit-read.ts';

const event = { at: '2026-11-22T12:00:00Z', operation: 'rotate', outcome: 'done' };

test('an event of the log says which version wrote it', () => {
  expect(storedEvent({ ...event, schema: 9 })).toMatchObject({ ...event, schema: 9 });
  expect(storedEvent(event)).toMatchObject({ ...event, schema: expect.any(Number) as number });
});

test.each(['at', 'operation', 'outcome'])('a line without %s is no event', (field) => {
  expect(storedEvent({ ...event, [field]: undefined })).toBeNull();
  expect(storedEvent({ ...event, at: 'some time' })).toBeNull();
});
