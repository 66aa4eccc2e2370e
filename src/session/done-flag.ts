import { Option } from '@commander-js/extra-typings';

/** The flag of every command whose step a person may have to take. */
export function doneOption() {
  return new Option('--done', "record that it was done in the provider's console (Augment)");
}

/** Whether the user says that a person has taken the step in the provider's console. */
export interface DoneFlag {
  readonly done?: true | undefined;
}
