import { hash } from 'node:crypto';

import type { EmptyObject } from './s3-answer.ts';
import type { Bucket } from './s3-bucket.ts';

/** S3 takes no more in one request. */
export const mostSwept = 1000;

/** What runs remove: entries of the journal. Other empty objects are another program's, or tell that somebody emptied them. */
const entryName = /(?:^|\/)entries\/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The empty objects of a list that are certainly removed entries. */
export function sweepable(objects: readonly EmptyObject[]): readonly EmptyObject[] {
  return objects.filter(({ name }) => entryName.test(name));
}

/**
 * Deletes empty objects, which stand for values that were removed, with one request for each thousand. They do no harm, so that
 * nothing here fails: a server that does not know the request keeps them. Never rejects.
 */
export async function sweep(bucket: Bucket, objects: readonly EmptyObject[]): Promise<void> {
  try {
    for (let at = 0; at < objects.length; at += mostSwept) {
      const bytes = Buffer.from(documentOf(objects.slice(at, at + mostSwept)));
      const headers = { 'content-type': 'application/xml', 'content-md5': hash('md5', bytes, 'base64') };
      await bucket.send({ method: 'POST', name: null, query: { delete: '' }, headers, bytes });
    }
  } catch {
    // The next one has another try.
  }
}

/** Each is deleted only while it is the one that was seen, where the server knows that condition. */
function documentOf(objects: readonly EmptyObject[]): string {
  const items = objects.map(({ name, etag }) => {
    const condition = etag === null ? '' : `<ETag>${escapeXml(etag)}</ETag>`;
    return `<Object><Key>${escapeXml(name)}</Key>${condition}</Object>`;
  });
  return `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${items.join('')}</Delete>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
