/** Where the Analytics API is for every tenant; it is not a tenant's own host (contracts/augment.md 4). */
export const analyticsEndpoint = 'https://api.augmentcode.com';

/** Where people manage service accounts and their tokens (contracts/augment.md 1). */
export const consoleUrl = 'https://app.augmentcode.com/settings/service-accounts';
