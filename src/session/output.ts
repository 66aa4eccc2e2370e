import type { Context } from '../context.ts';
import { openMasker, type Masker } from '../delivery/mask.ts';
import type { OutputDocument } from '../output/document.ts';
import { emit } from '../output/emit.ts';
import type { Renderer } from '../output/renderer.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';

/** How a command prints. */
export interface CommandOutput {
  readonly renderer: Renderer;
  /** Marks results of the sandbox: `{sandbox: true}`, or nothing. */
  readonly marker: { readonly sandbox?: true };
  /** Prints a result on stdout. */
  readonly emit: (document: OutputDocument) => Promise<void>;
  /** Prints one line on stderr, unless `--quiet`. */
  readonly note: (text: string) => Promise<void>;
  /** Hides a credential in the log of a CI job, before it is used. */
  readonly mask: Masker;
}

export function commandOutput(
  ctx: Context,
  common: CommonFlags,
  { renderer, isSandbox }: { readonly renderer: Renderer; readonly isSandbox: boolean },
): CommandOutput {
  function say(text: string): Promise<void> {
    return note(ctx, common, text);
  }
  return {
    renderer,
    marker: isSandbox ? { sandbox: true } : {},
    emit: async (document) => {
      await emit(ctx, renderer, document);
    },
    note: say,
    mask: openMasker(ctx, say),
  };
}
