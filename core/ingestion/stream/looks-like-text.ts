import { isObject } from '#core/util/is-object.ts';

/** Texts are looked at as far as this. */
const SEEN = 4_096;

const isJsonish = (text: string): boolean => /^\s*(?:\{\s*["}]|\[\s*[[{"\d\]-])/.test(text);

const KINDS: readonly (readonly [string, (text: string) => boolean])[] = [
  ['base64 of JSON', (text) => isBase64(text) && /^\s*[[{]/.test(decoded(text).toString('latin1'))],
  ['base64 of gzip', (text) => isBase64(text) && text.startsWith('H4sI')],
  ['base64 of bytes', (text) => text.length > 32 && isBase64(text) && hasUpperLowerAndDigits(text)],
  ['XML or HTML', (text) => /^\s*<[a-zA-Z?!]/.test(text)],
  ['JSON with single quotes (a Python dictionary that was printed)', (text) => /^\s*[[{]\s*'/.test(text)],
  ['JSON whose names have no quotes', (text) => /^\s*\{\s*[A-Za-z_$]\w*\s*[:=]/.test(text)],
  [
    'JSON with NaN or Infinity, which JSON does not have',
    (text) => isJsonish(text) && /[:[,]\s*-?(?:NaN|Infinity)\b/.test(text),
  ],
  ['JSON with a comma too much', (text) => isJsonish(text) && /,\s*[}\]]/.test(text)],
  ['JSON that is cut off', (text) => /^\s*[[{]\s*["[{]/.test(text) && !/[}\]]\s*$/.test(text)],
  ['JSON with an error', isJsonish],
  ['elements of an array without its brackets', (text) => /^\s*,\s*\{/.test(text)],
  ['a form (name=value&…)', (text) => /^[\w.%+~-]+=[^&\s]*(?:&[\w.%+~-]+=[^&\s]*)+$/.test(text)],
  ['YAML', (text) => /^(?:---\s*\n|\w+:\s[^\n]*\n\w+:\s)/.test(text)],
  ['a line of a web server log', (text) => /^\S+ \S+ \S+ \[[^\]\n]{10,40}\] "/.test(text)],
  ['a line of syslog', (text) => /^<\d{1,3}>/.test(text)],
  ['CSV or other text with separators', (text) => /^[^\n,;\t|]*(?:[,;\t|][^\n,;\t|]*){2,}/.test(text)],
];

/** What a text that is no JSON looks like; see `looksLike`. */
export function looksLikeText(text: string): string {
  const head = text.slice(0, SEEN);
  // Only the end of the whole text says whether it is cut off.
  const seen = text.length > SEEN ? `${head}${text.trimEnd().slice(-1)}` : head;
  return KINDS.find(([, test]) => test(seen.trim()))?.[0] ?? 'plain text';
}

const isBase64 = (text: string): boolean => text.length >= 8 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
const decoded = (text: string): Buffer => Buffer.from(text.slice(0, 64), 'base64');
const hasUpperLowerAndDigits = (text: string): boolean => /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text);

/** What can be read, and is of a form that others send. The first that fits. */
const FORMS: readonly (readonly [string, (value: Readonly<Record<string, unknown>>) => boolean])[] = [
  [
    'a CloudWatch Logs subscription',
    ({ messageType, logEvents }) => typeof messageType === 'string' && Array.isArray(logEvents),
  ],
  ['a CloudEvent', ({ specversion, type }) => typeof specversion === 'string' && typeof type === 'string'],
  ['an event of EventBridge', (value) => 'detail-type' in value && 'detail' in value],
  ['a change of a DynamoDB table', ({ dynamodb, eventName }) => isObject(dynamodb) && typeof eventName === 'string'],
  ['a change of AWS DMS', ({ metadata }) => isObject(metadata) && 'record-type' in metadata],
  ['a change of Debezium', (value) => isDebezium(isObject(value.payload) ? value.payload : value)],
  ['a notification of SNS', ({ Type, TopicArn }) => typeof Type === 'string' && typeof TopicArn === 'string'],
  ['an event of S3, SQS or Kinesis as Lambda gets it', ({ Records }) => Array.isArray(Records)],
];

const isDebezium = (value: Readonly<Record<string, unknown>>): boolean =>
  'op' in value && isObject(value.source) && ('after' in value || 'before' in value);

/** What a value that could be read, but is no record in its envelope, looks like; see `looksLike`. */
export function looksLikeForm(value: unknown): string {
  if (isObject(value)) return FORMS.find(([, test]) => test(value))?.[0] ?? 'a JSON object without the envelope';
  if (typeof value === 'string') return /^\s*[[{]/.test(value) ? 'JSON written as text inside of JSON' : 'a JSON text';
  return Array.isArray(value) ? 'an array inside of an array' : 'a single JSON value';
}
