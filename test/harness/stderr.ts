import { asText, fieldsOf, parseFields } from '../../src/model/account.ts';
import { sandboxMark } from '../../src/session/note.ts';

/**
 * What is said on stderr where JSON was asked for, as people read it: how it is written there is the same for every command,
 * and is checked here. Errors stay objects.
 * @throws Error for a line that is no object, and no command to a runner, where nobody sees it
 */
export function saidInJson(stderr: string, { isTTY }: { readonly isTTY: boolean }): string {
  return stderr
    .split('\n')
    .map((line) => said(line, isTTY))
    .join('\n');
}

function said(line: string, isTTY: boolean): string {
  if (/^(?:$|::|##vso\[)/.test(line)) return line;
  // What was drawn before it has no line of its own.
  const start = isTTY ? line.search(/\{"(?:note|debug|capsule|error)":/) : 0;
  const before = line.slice(0, Math.max(start, 0));
  const fields = parseFields(line.slice(before.length));
  if (fields === null) {
    if (isTTY) return line;
    throw new Error(`this line of stderr is no JSON object: ${line}`);
  }
  const mark = fields['sandbox'] === true ? sandboxMark : '';
  const note = asText(fieldsOf(fields['note'])['message']);
  if (note !== null) return `${before}${mark}sactl: ${note}`;
  const debug = asText(fieldsOf(fields['debug'])['message']);
  return debug === null ? (asText(fields['capsule']) ?? line) : `${mark}${debug}`;
}
