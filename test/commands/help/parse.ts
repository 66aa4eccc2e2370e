import { wholeTree } from '../../../src/program.ts';

/**
 * Reads a command line with the command tree, and does nothing.
 * @throws CommanderError or UsageError for a command or flag that is not there or cannot be honoured
 */
export async function parse(argv: readonly string[]): Promise<void> {
  const program = await wholeTree();
  await program.parseAsync([...argv], { from: 'user' });
}
