/** How results are printed. */
export const formats = ['table', 'json', 'ndjson', 'yaml', 'csv'] as const;

export type Format = (typeof formats)[number];
