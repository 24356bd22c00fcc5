import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { readCatalogFolder } from '#cli/catalog/read-folder.ts';
import {
  DATASET_IDS,
  DEFAULT_EXAMPLE,
  type Example,
  type ExampleOptions,
  generateExample,
} from '#cli/example/generate.ts';
import { writeExample } from '#cli/example/write.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const example = (more: Partial<ExampleOptions> = {}): Example =>
  generateExample({ ...DEFAULT_EXAMPLE, now: NOW, ...more });

async function exampleCatalog(): Promise<CompiledCatalog> {
  return compileCatalog(loadCatalog(await readCatalogFolder('catalog'), {}).catalog!);
}

describe('the example', () => {
  it('is the same for the same seed, instant and number of people', () => {
    expect(example()).toEqual(example());
    expect(example({ seed: 1 })).not.toEqual(example());
  });

  it('moves with the instant, and keeps its audiences', () => {
    const later = example({ now: NOW + 86_400_000 });
    expect(later.expected).toEqual(example().expected);
    expect(later['web-events']).not.toEqual(example()['web-events']);
  });

  it('lies in the past', () => {
    for (const id of ['web-events', 'logins', 'store-orders'] as const) {
      for (const record of example()[id]) {
        const time = Date.parse((record as { timestamp?: string }).timestamp ?? '');
        if (!Number.isNaN(time)) expect(time).toBeLessThan(NOW);
      }
    }
  });

  it('has members in every audience of the catalog, and in no other', async () => {
    const { audiences } = example().expected;
    expect(Object.keys(audiences).sort()).toEqual([...(await exampleCatalog()).segments.ids].sort());
    for (const members of Object.values(audiences)) expect(members.length).toBeGreaterThan(5);
  });

  it('has exactly as many records that must be rejected as it says', async () => {
    const { datasets } = await exampleCatalog();
    const made = example();
    for (const id of DATASET_IDS) {
      const dataset = datasets.get(id)!;
      const isCsv = id === 'customers' || id === 'store-orders';
      const accepted = made[id].filter((record) => {
        const mapped = isCsv ? dataset.mapRow(...cellsOf(nonEmpty(record))) : { value: record };
        if ('rejection' in mapped) return false;
        return (
          dataset.validate(mapped.value).length === 0 && dataset.identitiesOf(mapped.value).rejections.length === 0
        );
      });
      const rejected = made[id].length - accepted.length + made.damagedLines[id].length;
      expect({ id, rejected }).toEqual({ id, rejected: made.expected.rejected[id] });
    }
  });

  it('has exactly as many copies as it says', () => {
    const made = example();
    for (const id of DATASET_IDS) {
      const distinct = new Set(made[id].map((record) => JSON.stringify(record)));
      expect({ id, copies: made[id].length - distinct.size }).toEqual({ id, copies: made.expected.duplicates[id] });
    }
  });

  it('is realistic: shared and several devices, untidy addresses, late events, people who opted out', () => {
    const made = example();
    const persons = new Map<string, Set<string>>();
    for (const login of made.logins as { identityMap: Record<string, { id: string }[]> }[]) {
      const device = login.identityMap.ECID?.[0]?.id;
      const person = login.identityMap.CRMID?.[0]?.id;
      if (device && person) persons.set(device, (persons.get(device) ?? new Set()).add(person));
    }
    expect([...persons.values()].some((users) => users.size > 1)).toBe(true);
    expect(made.customers.some(({ email }) => email !== email?.trim().toLowerCase())).toBe(true);
    expect(made.customers.some(({ optOut }) => optOut === 'out')).toBe(true);
    const times = (made['web-events'] as { timestamp?: string }[]).flatMap(({ timestamp }) =>
      timestamp ? Date.parse(timestamp) : [],
    );
    expect(times.some((time, i) => i > 0 && time < times[i - 1]! - 3_600_000)).toBe(true);
  });

  it('is written to files that read back as its records and damaged lines', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'example-'));
    try {
      const made = await writeExample(join(folder, 'data'), { ...DEFAULT_EXAMPLE, now: NOW });
      expect(made).toEqual(example());
      const text = (name: string): Promise<string> => readFile(join(folder, 'data', name), 'utf8');
      expect((await readdir(join(folder, 'data'))).sort()).toEqual([
        'customers.csv',
        'logins.ndjson',
        'regions.ndjson',
        'store-orders.csv',
        'web-events.ndjson',
      ]);
      const lines = (await text('web-events.ndjson')).trimEnd().split('\n');
      expect(lines.slice(0, made['web-events'].length).map((line) => JSON.parse(line))).toEqual(made['web-events']);
      expect(lines.slice(made['web-events'].length)).toEqual(made.damagedLines['web-events']);
      const rows = parse(await text('customers.csv'), { columns: true, skip_records_with_error: true }) as unknown[];
      expect(rows).toEqual(made.customers);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function nonEmpty(row: object): Record<string, string> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')) as Record<string, string>;
}
