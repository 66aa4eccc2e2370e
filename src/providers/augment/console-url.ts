/** Where people manage service accounts and their tokens (contracts/augment.md 1). */
export const consoleUrl = 'https://app.augmentcode.com/settings/service-accounts';
