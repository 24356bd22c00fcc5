import { afterAll, describe, expect, it } from 'vitest';
import { growth, startCounting } from '#tests/harness/steps.ts';

// Only what is imported after this is counted.
const counter = startCounting();
afterAll(() => counter.stop());
const { readReceipt } = await import('#core/activation/destinations/aam/receipt.ts');
const { readInboundFile } = await import('#core/activation/destinations/aam/inbound-file.ts');
const { readIdSync } = await import('#core/activation/destinations/aam/id-sync.ts');
const { readInboundName } = await import('#core/activation/destinations/aam/inbound-name.ts');
const { readDcsResponse } = await import('#core/activation/destinations/aam/read-dcs-response.ts');
const { namespaceDefinition } = await import('#core/identity/definition.ts');
const { compileNormalForms } = await import('#core/identity/normal-form.ts');
const { namespaceRegistry } = await import('#core/identity/namespaces.ts');
const { lastDigits, numbersIn } = await import('#core/identity/phone.ts');
const { parseContentRange } = await import('#core/ingestion/batch/upload.ts');
const { messagesOf } = await import('#core/ingestion/collection/body.ts');
const { authenticateByKey } = await import('#core/ingestion/collection/connection.ts');
const { openEnvelope } = await import('#core/ingestion/envelope.ts');
const { formatOf } = await import('#core/ingestion/format.ts');
const { mappingRule } = await import('#core/ingestion/mapping/definition.ts');
const { compileMapping } = await import('#core/ingestion/mapping/mapping.ts');
const { structuredEvent } = await import('#core/ingestion/raw-records/binary-event.ts');
const { looksLike } = await import('#core/ingestion/stream/looks-like-bytes.ts');
const { messagesIn } = await import('#core/ingestion/stream/messages.ts');
const { rowReader } = await import('#core/ingestion/text/csv-rows.ts');
const { ANY_COLUMNS, csvSettings } = await import('#core/ingestion/text/csv-settings.ts');
const { detectCsv } = await import('#core/ingestion/text/detect-csv.ts');
const { decodeJson } = await import('#core/ingestion/text/decode-json.ts');
const { CsvSplitter } = await import('#core/ingestion/text/split-csv.ts');
const { csvSplitter } = await import('#core/ingestion/text/splitter-for.ts');
const { detectNumbers } = await import('#core/ingestion/text/number-format.ts');
const { JsonSplitter } = await import('#core/ingestion/text/split-json.ts');
const { LineSplitter } = await import('#core/ingestion/text/split-lines.ts');
const { skipStruct } = await import('#core/ingestion/parquet/thrift.ts');

/** Four times the size may take four times the steps, and a little more for what is done by halves. */
const LINEAR = 1.3;
const SIZE = 2_000;

/** What repeats in a text, and might make a reader begin anew each time; and what may be at its end. */
const PARTS = [
  ...[
    '0',
    '1',
    '9',
    '.',
    '-',
    '+',
    'e',
    'a',
    ' ',
    '\t',
    ':',
    ',',
    '"',
    "'",
    '/',
    '\\',
    '(',
    '[',
    '{',
    '>',
    '=',
    '|',
    '%',
    '\u00a0',
  ],
  ...['1-', '1.', 'T0', 'a ', '" ', '",', ',"', '\\"', '\\ud800', '{"a":', '[1,', '_1', '.1', 'a.'],
];
const DIALECTS = [
  ['"', 'backslash', ';'],
  ['', 'backslash', '\t'],
  ['', 'double', '|'],
  ["'", 'double', ';'],
] as const;
const ENDINGS = ['', 'x', '\n', '"', '}', ' 1'];

const textsOf = (size: number): string[] =>
  PARTS.flatMap((part) => ENDINGS.map((ending) => part.repeat(Math.ceil(size / part.length)) + ending));

/** All texts are counted at once, which is quick; one by one only if it is too much, to say which. */
function expectLinear(read: (text: string) => unknown): void {
  const tried = (text: string): void => {
    try {
      read(text);
    } catch {
      // Rejected.
    }
  };
  const factor = growth(counter, SIZE, textsOf, (texts) => texts.forEach(tried));
  if (factor < LINEAR) return;
  const factors = textsOf(SIZE).map(
    (text, i) => [text.slice(0, 20), growth(counter, SIZE, (size) => textsOf(size)[i]!, read)] as const,
  );
  expect(factors.filter(([, one]) => one >= LINEAR)).toEqual([]);
  expect(factor).toBeLessThan(LINEAR);
}

const ownForm = (form: object) => namespaceDefinition.parse({ code: 'X', idType: 'EMAIL', normalize: form }).normalize!;
const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('reading a cell of CSV takes steps for each character once', () => {
  it.each<[type: string, options: object]>([
    ['number', {}],
    ['integer', {}],
    ['boolean', {}],
    ['date', {}],
    ['date', { format: ['d.M.yyyy', 'yyyy/MM/dd', 'epochMillis', "dd 'of' MMM yy"] }],
    ['date-time', {}],
    ['date-time', { format: ['epochSeconds', 'd.M.yyyy H:mm:ss', 'M/d/yy h:mm a'], timeZone: 'Europe/Berlin' }],
    ['phone', { country: 'DE' }],
    ['string', { split: ';', transform: ['trim', 'lower'] }],
    ['phone', { country: 'DE', split: ' ' }],
  ])('as %s %j', (type, options) => {
    const map = compileMapping([mappingRule.parse({ source: 'a', destination: 'b', type, ...options })]);
    const header = ['a'];
    expectLinear((text) => map.mapRow([text], header));
  });
});

describe('working out an expression takes steps for each character once', () => {
  it.each([
    'trim(a)',
    'join(",", split(a, "a"))',
    'replace(lower(a), "1", "22")',
    'matches_regex(a, "([a-z]+)*x")',
    'extract_regex(a, "(a|ab)(c|bcd)*$")',
    'replace_regex(a, "[0-9.]", "-")',
    'explode(a, "[.,]")',
    'str_to_object(a, ":", ",")',
    'get_values(a, "a", ":", ",")',
    'json_to_object(a)',
    'date(a)',
    'date(a, "dd. MMMM yyyy")',
    'to_decimal(a, ",", ".")',
    'get_url_host(a)',
    'right(a, 3) + sha256(a)',
    'a == "b" ? a : length(a) > 3',
  ])('%s', (expression) => {
    const { mapRow } = compileMapping([mappingRule.parse({ expression, destination: 'b' })]);
    const header = ['a'];
    expectLinear((text) => mapRow([text], header));
  });

  it('also to read it', () => {
    expectLinear((expression) =>
      compileMapping([{ ...mappingRule.parse({ expression: 'a', destination: 'b' }), expression }]),
    );
    expectLinear((source) => compileMapping([mappingRule.parse({ source, destination: 'b' })]).mapObject({}));
    expectLinear((destination) => compileMapping([mappingRule.parse({ source: 'a', destination })]));
  });
});

describe('reading takes steps for each character once', () => {
  const headers = new Map();
  const forms = compileNormalForms(
    namespaceRegistry([
      {
        code: 'MEMBER',
        idType: 'CROSS_DEVICE',
        normalize: ownForm({ pattern: '(a|aa)*b', replace: [{ pattern: '0+$', with: '' }] }),
      },
    ]),
  );
  const settings = { sourceConnections: headers };
  const data = readInboundName('ftp_dpm_21_1366545717.sync') as never;
  const ids = readInboundName('adobe_id_0_12345_1476312152.sync') as never;
  const READERS: Readonly<Record<string, (text: string) => unknown>> = {
    ...Object.fromEntries([...forms].map(([code, { normalize }]) => [`an identity of ${code}`, normalize] as const)),
    'numbers in a text': (text) => [numbersIn(text), lastDigits(text)],
    'a record of JSON': (text) => decodeJson(bytes(text)),
    'a text in JSON': (text) => decodeJson(bytes(JSON.stringify({ a: text, [text]: 1 }))),
    lines: (text) => new LineSplitter(0).push(bytes(text)),
    'rows of CSV': (text) => {
      const splitter = new CsvSplitter(0);
      const read = rowReader(['a']);
      for (const record of [...splitter.push(bytes(text)), ...splitter.end()]) read(record, { source: 's' });
    },
    'rows of CSV in other dialects': (text) => {
      for (const [quote, how, delimiter] of DIALECTS) {
        const dialect = { delimiter, quote, escape: how, encoding: 'utf-8', skip: 1 } as const;
        const splitter = csvSplitter(0, dialect);
        const read = rowReader(['a'], dialect);
        for (const record of [...splitter.push(bytes(text)), ...splitter.end()]) read(record, { source: 's' });
      }
    },
    'rows of CSV in UTF-16': (text) => {
      const dialect = { delimiter: ',', quote: '"', escape: 'double', encoding: 'utf-16le', skip: 1 } as const;
      const splitter = csvSplitter(0, dialect);
      return [...splitter.push(Buffer.from(text, 'utf16le')), ...splitter.end()];
    },
    'a CSV file that nothing is known of': (text) => {
      try {
        return detectCsv(bytes(text), { csv: csvSettings.parse({}), columns: ANY_COLUMNS }, true);
      } catch {
        return undefined;
      }
    },
    'numbers of a CSV file': (text) =>
      detectNumbers([text, `1.${text}`, `${text},5`], { decimal: undefined, thousands: undefined }, true),
    'elements of a JSON array': (text) => new JsonSplitter().push(bytes(`[${text}`)),
    'records of a Kinesis record': (text) => messagesIn(bytes(text)),
    'objects of a Kinesis record': (text) => messagesIn(bytes(`{"a":${text}`)),
    'elements of an array in a Kinesis record': (text) => messagesIn(bytes(`[${text}`)),
    'what a text looks like': (text) => looksLike(bytes(text)),
    'what bytes look like': (text) => looksLike(bytes(`\u0001\u0000${text}`)),
    'a CloudEvent in headers': (text) => structuredEvent({ 'ce-id': text, 'content-type': text }, bytes(text)),
    'messages of a request': (text) => messagesOf(bytes(`{"messages":[${text}]}`)),
    'an envelope': (text) => openEnvelope({ header: { datasetId: text, [text]: text }, body: { xdmEntity: text } }),
    authorization: (text) => authenticateByKey({ authorization: `Bearer ${text}`, 'x-api-key': text }, settings),
    'content-range': (text) => parseContentRange(`bytes ${text}`, 3),
    'the name of a file': (text) => formatOf(text),
    'the name of an inbound file': (text) => readInboundName(`ftp_dpm_${text}`),
    'the name of a file of ids': (text) => readInboundName(`adobe_id_0_${text}`),
    'an inbound file': (text) => readInboundFile(data, `U1\t${text}`),
    'rows of an inbound file': (text) => readInboundFile(data, `${text}\tx\n`.repeat(3)),
    'a file of ids': (text) => readIdSync(ids, `1\t${text}`),
    'a receipt': (text) => readReceipt(text),
    'a line of a receipt': (text) => readReceipt(`Stored ${text} Records: ${text}`),
    'files of a receipt': (text) => readReceipt(`${text}.sync.${text}.gz`),
    'an answer of a collection server': (text) =>
      readDcsResponse(
        { kind: 'response', status: 200, headers: {}, body: `{"errors":[{"code":"${text}"}]}` } as never,
        'd_mid',
      ),
  };
  it.each(Object.entries(READERS))('%s', (_, read) => expectLinear(read));

  it.each<[what: string, make: (size: number) => number[]]>([
    ['numbers', (size) => Array<number>(size).fill(0x80)],
    ['structs in structs', (size) => Array<number>(size).fill(0x1c)],
    ['lists in lists', (size) => Array<number>(size).fill(0x19)],
    ['empty structs', (size) => [0x19, 0xfc, 0xff, 0xff, 0x03, ...Array<number>(size).fill(0)]],
    ['texts', (size) => Array.from({ length: size }, () => [0x18, 1, 65]).flat()],
    ['a text that is longer than all', (size) => [0x18, 0xff, 0xff, 0xff, 0x7f, ...Array<number>(size).fill(1)]],
  ])('a header of Parquet with %s', (_, make) => {
    expect(
      growth(
        counter,
        SIZE,
        (size) => Uint8Array.from(make(size)),
        (header) => skipStruct(header, 0),
      ),
    ).toBeLessThan(LINEAR);
  });
});
