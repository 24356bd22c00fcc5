import type { Rejection } from '#core/record/record.ts';
import { decodeJson, textOf, utf8Of } from '../text/decode-json.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const PREFIX = 'ce-';

/** Whether a request is a CloudEvent in binary mode: its attributes are in headers, its body is the data. */
export const isBinaryEvent = (headers: Headers): boolean => headers[`${PREFIX}specversion`] !== undefined;

/**
 * The same event in structured mode (the binary content mode of CloudEvents 1.0 over HTTP). Data that are JSON stay as they were
 * written; others become a text, or base64.
 * @param headers with names in lower case
 */
export function structuredEvent(headers: Headers, body: Uint8Array): Uint8Array | Rejection {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(PREFIX) && value !== undefined) attributes[name.slice(PREFIX.length)] = decoded(value);
  }
  const type = headers['content-type'];
  if (type !== undefined) attributes.datacontenttype = type;
  const members = Object.entries(attributes).map((pair) => pair.map((text) => JSON.stringify(text)).join(':'));
  if (body.length > 0) {
    const isJson = type === undefined || /[/+]json\b/i.test(type);
    const json = isJson ? decodeJson(body) : undefined;
    if (json?.rejection) return json.rejection;
    members.push(json ? `"data":${json.text}` : dataMember(body));
  }
  return Buffer.from(`{${members.join(',')}}`);
}

function dataMember(body: Uint8Array): string {
  const text = utf8Of(body);
  if (text !== undefined) return `"data":${JSON.stringify(textOf(body))}`;
  return `"data_base64":${JSON.stringify(Buffer.from(body).toString('base64'))}`;
}

/** Values of attributes are escaped as in addresses. One that is no valid escape is what it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
