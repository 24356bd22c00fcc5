import { describe, expect, it } from 'vitest';
import { readInput } from '#cli/replay/read-input.ts';
import { replay } from '#cli/replay/replay.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { addToCart, exampleCatalog } from '#tests/harness/platform/example.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');

/** What becomes of a file of 100 rows, some of them bad. */
async function replayed(bad: number, threshold?: number) {
  const catalog = await exampleCatalog();
  const rows = Array.from({ length: 100 }, (_, n) => (n < bad ? '{"_id":' : JSON.stringify(addToCart(n, NOW - 1_000))));
  const source = bytesSource('carts.ndjson', Buffer.from(rows.join('\n')));
  const read = await readInput(source, 'web-events', catalog, { receivedAt: NOW, firstTieBreaker: 0 });
  const input = { name: 'carts.ndjson', ...read };
  const { result } = await replay({ catalog, inputs: [input], now: NOW, ingestionMethod: 'mixed', seed: 1, threshold });
  return { records: result.records, rejections: result.rejections, profiles: result.profiles };
}

describe('replay', () => {
  it('takes every good record, whatever share of the file is bad', async () => {
    expect(await replayed(60)).toEqual({
      records: { accepted: 40, rejected: 60, duplicate: 0 },
      rejections: { malformed: 60 },
      profiles: 40,
    });
  });

  it('lets a file fail as a whole above the threshold it is given, and not at it', async () => {
    expect(await replayed(5, 5)).toMatchObject({ records: { accepted: 95, rejected: 5 }, profiles: 95 });
    expect(await replayed(6, 5)).toEqual({
      records: { accepted: 0, rejected: 100, duplicate: 0 },
      rejections: { malformed: 6, 'batch-failed': 94 },
      profiles: 0,
    });
  });
});
