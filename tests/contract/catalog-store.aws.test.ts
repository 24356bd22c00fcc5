import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import type { CatalogPosition } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import {
  activationsOf,
  activeDefinitions,
  CatalogReader,
  currentVersion,
  definitionsOf,
  putCatalog,
} from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { createTestTable } from '#tests/harness/test-table.ts';

const EMPTY: Catalog = { namespaces: [], schemas: [], datasets: [], mergePolicies: [], segments: [], destinations: [] };
const catalogOf = (code: string): Catalog => ({
  ...EMPTY,
  namespaces: [{ code, name: code, idType: 'CROSS_DEVICE' }],
});

/** On the local AWS: what is conditional here is so by DynamoDB's transactions. */
describe('the store of catalogs', () => {
  const tables: string[] = [];
  beforeAll(async () => {
    for (let n = 0; n < 5; n++) tables.push(await createTestTable(`catalog-${n}`));
  });
  const place = (): CatalogPosition => ({
    client: dynamoDb(),
    table: tables.pop()!,
    bucket: createMemoryObjectStore(),
  });

  it('knows which versions were active, since when, by whom and why, the newest first', async () => {
    const at = place();
    expect(await activationsOf(at, 10)).toEqual([]);
    await putCatalog(at, catalogOf('a'), 'va', 1_000, { by: 'ann', comment: 'the first' });
    await putCatalog(at, catalogOf('b'), 'vb', 2_000);
    await putCatalog(at, catalogOf('b'), 'vb', 2_500, { comment: 'the same once more' });
    await putCatalog(at, catalogOf('a'), 'va', 3_000, { by: 'bob', comment: 'rollback to va' });
    const all = [
      { version: 'va', at: 3_000, by: 'bob', comment: 'rollback to va' },
      { version: 'vb', at: 2_000 },
      { version: 'va', at: 1_000, by: 'ann', comment: 'the first' },
    ];
    expect(await activationsOf(at, 10)).toEqual(all);
    expect(await activationsOf(at, 2)).toEqual(all.slice(0, 2));
    expect(await currentVersion(at)).toBe('va');
    expect(await definitionsOf(at, 'vb')).toEqual(catalogOf('b'));
    expect(await definitionsOf(at, 'vc')).toBeUndefined();
    expect(await activeDefinitions(at)).toMatchObject(catalogOf('a'));
  });

  it('makes one of several versions active that are put at once, and tells the others', async () => {
    const at = place();
    await putCatalog(at, catalogOf('a'), 'va', 1_000);
    const put = ['vb', 'vc', 'vd'].map((version, i) => putCatalog(at, catalogOf(version), version, 2_000 + i));
    const outcomes = await Promise.allSettled(put);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of lost) expect(reason).toBeInstanceOf(ConflictError);
    const activations = await activationsOf(at, 10);
    expect(activations).toHaveLength(1 + outcomes.length - lost.length);
    expect(activations.length).toBeGreaterThan(1);
    expect(activations[0]!.version).toBe(await currentVersion(at));
  });

  it('tells readers since when the active version is active, also when it was so before', async () => {
    const at = place();
    let clock = 0;
    const reader = new CatalogReader(at, () => clock);
    const versions = [catalogVersion(catalogOf('xa')), catalogVersion(catalogOf('xb'))];
    for (const [i, code] of ['xa', 'xb', 'xa'].entries()) {
      await putCatalog(at, catalogOf(code), versions[i % 2]!, (i + 1) * 1_000);
      clock += 60_000;
      expect(await reader.current()).toMatchObject({ version: versions[i % 2], activeSince: (i + 1) * 1_000 });
      const again = await reader.current();
      clock += 60_000;
      expect(await reader.current(), 'compiled once').toBe(again);
    }
  });

  it('tells readers since when everybody is routed as under the active version', async () => {
    const at = place();
    let clock = 0;
    const reader = new CatalogReader(at, () => clock);
    const schema = { $id: 'https://company.example/x', title: 'x', type: 'object' } as unknown as Catalog['schemas'][0];
    const catalogs: [Catalog, number][] = [
      [catalogOf('xa'), 1_000],
      [{ ...catalogOf('xa'), schemas: [schema] }, 1_000],
      [catalogOf('xb'), 3_000],
      [catalogOf('xa'), 4_000],
    ];
    for (const [i, [catalog, routedSince]] of catalogs.entries()) {
      const activeSince = (i + 1) * 1_000;
      await putCatalog(at, catalog, catalogVersion(catalog), activeSince);
      clock += 60_000;
      expect(await reader.current()).toMatchObject({ activeSince, routedSince });
    }
  });

  it('begins its history with what is put after a version that has none', async () => {
    const at = place();
    await putCatalog(at, catalogOf('a'), 'va', 1_000);
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const Item = { pk: { S: 'CATALOG#current' }, catalogVersion: { S: 'va' } };
    await at.client.send(new PutItemCommand({ TableName: at.table, Item }));
    expect(await activationsOf(at, 10)).toEqual([]);
    await putCatalog(at, catalogOf('b'), 'vb', 2_000);
    expect(await activationsOf(at, 10)).toEqual([{ version: 'vb', at: 2_000 }]);
  });
});
