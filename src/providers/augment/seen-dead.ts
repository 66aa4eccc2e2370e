import { FailedError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import type { ApplyOptions } from '../provider.ts';
import { tokenAtHand } from './at-hand.ts';
import type { Connection } from './connection.ts';
import { consoleUrl } from './console-url.ts';
import type { InventoryToken } from './inventory-schema.ts';
import { probe } from './probe.ts';
import { untilRefused } from './revocation.ts';

/**
 * Whether Augment was seen to refuse a token that a person says is revoked; null where no copy of it is left to see it
 * with. Waits for as long as that may take. @throws FailedError when Augment takes it to the end
 */
export async function seenDead(
  connection: Connection,
  token: InventoryToken,
  { report }: ApplyOptions,
): Promise<boolean | null> {
  const copy = await tokenAtHand(connection, token);
  if (copy === null) return null;
  const { now, sleep, analytics } = connection;
  const name = quoted(token.name, 100);
  const trial = await untilRefused({
    probe: () => probe(analytics(copy)),
    now,
    sleep,
    onWait: ({ works, why }) =>
      report(
        works === true
          ? `Augment still takes the token ${name}; it is tried every 20 seconds, for up to 5 minutes`
          : `whether the token ${name} is revoked cannot be seen yet: ${why ?? 'no reason was given'}; it is tried for up to 5 minutes`,
      ),
  });
  if (trial.works === true) {
    throw new FailedError('not_revoked', `Augment still takes the token ${name}; nothing was recorded`, {
      provider: 'augment',
      hint: `revoke it at ${consoleUrl}, then run this again`,
    });
  }
  if (trial.works === false) return true;
  const why = trial.why ?? 'no reason was given';
  await report(`whether the token ${name} is revoked could not be seen: ${why}`);
  return false;
}
