import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { sourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { createHandler } from '#lambdas/functions/collect/handler.ts';
import { NO_CALLERS } from '#tests/harness/core/callers.ts';
import { addToCart, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const good = (n: number): string => enveloped('web-events', addToCart(n, NOW - 1_000));
const withValue = (text: string): string => good(0).replace('{"value":1}', `{"value":${text}}`);

/** Messages that are JSON, so that they can stand in a body with others, and that nobody can ingest. */
const POISON: readonly string[] = [
  withValue('9007199254740993'),
  withValue('1e400'),
  withValue('-1e400'),
  withValue('1,"__proto__":{"polluted":true}'),
  withValue('1,"constructor":{}'),
  good(0).replace('cart-0', '\\ud800'),
  good(0).replace('cart-0', '\\udc00\\ud83d'),
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  good(0).replace('{"value":1}', `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`),
  good(0).replace('cart-0', 'x'.repeat(1_100_000)),
  '0',
  'null',
  '""',
  '[]',
  '{}',
  '"messages"',
  '{"messages":[1,2]}',
  '{"header":{"datasetId":"nobody\'s"},"body":{"xdmEntity":{}}}',
];

/** The same message, written as other people write JSON: with spaces, escapes, and numbers of their own. */
const SPELLINGS: readonly ((message: string) => string)[] = [
  (message) => message,
  (message) => JSON.stringify(JSON.parse(message), null, '\t'),
  (message) => ` ${message.replaceAll(':', ' : ')}\r\n`.replaceAll(/(\d) : (\d)/g, '$1:$2'),
  (message) => message.replace('"value":1', '"value":1.00'),
  (message) => message.replace('"_id"', '"\\u005fid"'),
  (message) => message.replace('cart-', '},{\\"messages\\":[],cart-\u2028'),
];

const message = fc.oneof(
  fc.tuple(fc.nat(99), fc.constantFrom(...SPELLINGS)).map(([n, spell]) => ({ text: spell(good(n)), isGood: true })),
  fc.constantFrom(...POISON).map((text) => ({ text, isGood: false })),
);
const around = fc.constantFrom(
  ['{"messages":[', ']}'],
  ['\ufeff{ "more": {"messages":[5]}, "messages" : [ ', ' ] , "list": [[1],"messages"] }'],
  ['{"messages":[3],"mess\\u0061ges":[', ']}'],
);

describe('a hostile body', () => {
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    const sourceConnections = [sourceConnectionDefinition.parse({ id: 'open', authenticationRequired: false })];
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections });
  });

  async function send(body: string | Uint8Array, path = '/collection/batch/open', headers: object = {}) {
    const stream: string[] = [];
    const handler = createHandler({
      callers: NO_CALLERS,
      catalog: { current: async () => catalog },
      now: () => NOW,
      newId: () => 'id',
      stream: {
        async put(messages) {
          stream.push(...messages.map(({ data }) => Buffer.from(data).toString('utf8')));
          return new Set<number>();
        },
      },
    });
    const event = {
      rawPath: path,
      requestContext: { http: { method: 'POST' } },
      headers,
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    } as unknown as APIGatewayProxyEventV2;
    const { statusCode, body: answer } = await handler(event);
    return { status: statusCode!, answer: JSON.parse(answer ?? '{}'), text: answer ?? '', stream };
  }

  it('of several messages gives each its own outcome, and those that are taken go on byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 6 }), around, async (messages, [open, close]) => {
        const { status, answer, stream } = await send(`${open}${messages.map(({ text }) => text).join(',')}${close}`);
        expect(status).toBe(207);
        expect(answer.responses.map(({ statusCode = 200 }) => statusCode === 200)).toEqual(
          messages.map(({ isGood }) => isGood),
        );
        expect(stream.map((text) => text.trim())).toEqual(
          messages.flatMap(({ text, isGood }) => (isGood ? text.trim() : [])),
        );
      }),
      runs(0.3, 25),
    );
  });

  it('of one message is rejected with a reason, or goes on byte for byte', async () => {
    for (const text of POISON) {
      const { status, answer, stream } = await send(text, '/collection/open');
      expect([400, 413]).toContain(status);
      expect(answer.title).toEqual(expect.stringMatching(/\w/));
      expect(stream).toEqual([]);
    }
    for (const spell of SPELLINGS)
      expect(await send(spell(good(1)), '/collection/open')).toMatchObject({ status: 200 });
  });

  it('of whatever bytes is taken or rejected, never an error of ours, and tells nothing of what it holds', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc
        .constantFrom(
          '[',
          '{"messages":',
          '{"messages":[}',
          '{"messages":[]}',
          '[[',
          '\ufeff',
          '{"messages":{}}',
          'null',
        )
        .map(Buffer.from),
      fc.tuple(fc.nat(400), fc.uint8Array({ maxLength: 3 })).map(([place, noise]) => {
        const body = Buffer.from(`{"messages":[${good(1)},${good(2)}]}`);
        body.set(noise, place % (body.length - noise.length));
        return body;
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom('/collection/open', '/collection/batch/open'),
        fc.constantFrom('no', 'gzip', 'said'),
        async (body, path, packing) => {
          const sent = packing === 'gzip' ? gzipSync(body) : body;
          const { status, text } = await send(sent, path, packing === 'no' ? {} : { 'content-encoding': 'gzip' });
          expect([200, 207, 400, 413]).toContain(status);
          expect(text).not.toContain('000000000001');
        },
      ),
      runs(1.5, 300),
    );
  });

  it('that unpacks to far more than is allowed is given up on at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1_048_576, 0x20));
    for (const path of ['/collection/open', '/collection/batch/open']) {
      expect(await send(bomb, path, { 'content-encoding': 'gzip' })).toMatchObject({ status: 413, stream: [] });
    }
  });
});
