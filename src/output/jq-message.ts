import { safeText } from '../model/text.ts';

/** Why a filter does not compile, in jq's words and on one line: `syntax error, unexpected end of file at line 1, column 3`. */
export function compileMessage(stderr: string): string {
  const first = stderr.split('\n', 1)[0] ?? '';
  return safeText(
    first
      .replace(/^jq: error: /, '')
      .replace(' (Unix shell quoting issues?)', '')
      .replace(' at <top-level>,', ' at')
      .replace(/:\s*$/, ''),
  );
}

/** Why a filter failed, in jq's words and on one line: `Cannot index number with string ("b")`. It may quote the document. */
export function runMessage(stderr: string): string {
  const last = stderr.indexOf('jq: error (at ');
  const message = last === -1 ? stderr : stderr.slice(last);
  return safeText(message.replace(/^jq: error \(at [^)]*\)(?:: )?/, '')) || 'jq gave no reason';
}
