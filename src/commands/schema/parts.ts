import * as z from 'zod/mini';

import { providerNames } from '../../model/account.ts';

export const text = z.string();
export const nullableText = z.nullable(z.string());
export const provider = z.enum(providerNames);

/** What the sandbox adds to what it prints. */
export const marker = { sandbox: z.optional(z.literal(true)) };
