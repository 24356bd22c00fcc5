import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rewriteFolder } from '#core/lake/delete-rows.ts';
import { openLakeFile } from '#core/lake/read-rows.ts';
import { readValueFilter, ValueFilterBuilder, WORD_BREAK } from '#core/lake/value-filter.ts';
import { streamLakeRows } from '#core/lake/write-rows.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { FOLDER, keyOf, rowOf } from '#tests/harness/lake/partition.ts';

const filterOf = (values: readonly unknown[]) => {
  const builder = new ValueFilterBuilder();
  for (const value of values) builder.add(JSON.stringify(value));
  return readValueFilter(builder.finish()!);
};

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

describe('the value filter of an object of the lake', () => {
  test.prop([fc.array(fc.jsonValue(), { maxLength: 20 })])(
    'knows every text, and every word of one, in whatever case it is asked for',
    (values) => {
      const filter = filterOf(values);
      for (const text of values.flatMap(textsOf)) {
        for (const each of [text, text.toLowerCase(), ...text.split(WORD_BREAK).filter((word) => word !== '')]) {
          expect(filter.mayHold(each), each).toBe(true);
        }
      }
    },
  );

  it('says of about one text in two thousand that it may be there though it is not', () => {
    const filter = filterOf(Array.from({ length: 20_000 }, (_, n) => ({ id: `known-${n}` })));
    const wrong = Array.from({ length: 20_000 }, (_, n) => filter.mayHold(`other-${n}`)).filter(Boolean).length;
    expect(wrong / 20_000).toBeLessThan(0.002);
  });

  it('spares reading the rows of an object of which it says that nothing changes', async () => {
    const store = createMemoryObjectStore();
    async function* rows() {
      yield [rowOf(1, 'ann@example.com'), rowOf(2, 'bob@example.com')];
    }
    await store.putIf(keyOf(1), streamLakeRows(rows()), undefined);
    const [object] = await Array.fromAsync(store.entries(FOLDER));
    const file = await openLakeFile(store, object!);
    expect(await Array.fromAsync(file.groups())).toHaveLength(1);
    let read = 0;
    const without = (who: string) =>
      rewriteFolder(
        store,
        FOLDER,
        (row) => {
          read += 1;
          return row.json.includes(who) ? undefined : row;
        },
        { mayChange: (values) => values.mayHold(who) },
      );
    expect(await without('cid@example.com')).toMatchObject({ rows: 0 });
    expect(read).toBe(0);
    expect(await without('ann@example.com')).toMatchObject({ objects: 1, rows: 1 });
    read = 0;
    expect(await without('ann@example.com')).toMatchObject({ rows: 0 });
    expect(read, 'the filter that was written with what is left does not know her any more').toBe(0);
  });
});
