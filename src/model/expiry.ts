/** How long before its end a credential is worth a warning: 14 days, in milliseconds. */
export const soonMs = 14 * 86_400_000;
