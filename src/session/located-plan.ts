import { addressOf } from '../delivery/targets/address.ts';
import type { IssuingPlan } from '../providers/issuing.ts';
import type { Action } from '../providers/manual.ts';

/** Which connection a command has to name. */
interface NamedConnection {
  readonly profile: string | null;
  readonly isSandbox: boolean;
  /** The value of `--endpoint`. */
  readonly endpoint?: string | undefined;
}

/** Where a plan is carried out. */
export interface PlanPlace extends NamedConnection {
  /** What relative paths of targets are against. */
  readonly directory: string;
  readonly homeDirectory: string;
}

type LocalEnd = Pick<IssuingPlan, 'actions' | 'record'>;

/** What a plan does once a credential is delivered, told of targets by their addresses, with commands that mean this connection. */
export function locatedEnd({ actions, record }: LocalEnd, place: PlanPlace): LocalEnd {
  const { directory: cwd, homeDirectory, profile } = place;
  function addresses(delivered: readonly string[]): readonly string[] {
    return delivered.map((name) => addressOf(name, { cwd, homeDirectory, profile }));
  }
  return {
    ...(actions === undefined
      ? {}
      : {
          actions: (delivered) => actions(addresses(delivered)).map((step) => withConnection(step, place)),
        }),
    ...(record === undefined ? {} : { record: (delivered) => record(addresses(delivered)) }),
  };
}

function withConnection(action: Action, connection: NamedConnection): Action {
  return { ...action, command: `${action.command}${connectionFlags(connection)}` };
}

/** The flags that mean a connection, behind a command that names its provider. */
export function connectionFlags({ profile, isSandbox, endpoint }: NamedConnection): string {
  if (isSandbox) return ' --sandbox';
  const named = profile === null ? '' : ` --profile ${profile}`;
  return endpoint === undefined ? named : `${named} --endpoint ${endpoint}`;
}
