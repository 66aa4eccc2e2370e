/** Mutants that no test can or should kill, by their id: what is changed, and why that is harmless. */
export const explained: Readonly<Record<string, { readonly change: string; readonly why: string }>> = {};
