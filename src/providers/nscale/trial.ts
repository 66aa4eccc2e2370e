import type { Trial, TrialOptions } from '../provider.ts';
import { trialOf } from '../trial.ts';
import { createApi } from './api.ts';

/** Lists the organizations, which every token may do (contracts/nscale.md 4). */
export async function tryCredential(options: TrialOptions): Promise<Trial> {
  const { createHttp, credential, endpoint } = options;
  const http = createHttp({
    source: 'the answer',
    header: () => Promise.resolve(`Bearer ${credential.value.reveal()}`),
  });
  return trialOf(createApi(http, endpoint).organizations(), { refusals: [401] });
}
