import manifest from '../package.json' with { type: 'json' };

/** e.g. `0.1.0` */
export const version: string = manifest.version;

/** The oldest Node that runs it, e.g. `20.19`. */
export const oldestNode: string = manifest.engines.node.replace(/^>=/, '');
