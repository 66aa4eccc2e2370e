/** The providers that issue credentials themselves; with the others a person does it in a console. */
export const issuingProviders = ['nscale', 'runai'] as const;

export type IssuingProvider = (typeof issuingProviders)[number];
