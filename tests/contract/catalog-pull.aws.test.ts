import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseOf, noteBase, rejectUndoing } from '#cli/catalog/base.ts';
import { diffOf, printDiff } from '#cli/catalog/diff.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { printPull, pullCatalog } from '#cli/catalog/pull.ts';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import type { CatalogPosition } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import { currentVersion, putCatalog } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createTestTable } from '#tests/harness/test-table.ts';

const STAGE = 'local';

/** Two people with folders of their own, and one stage. */
describe('a catalog that several people change', () => {
  const root = mkdtempSync(join(tmpdir(), 'tributary-pull-'));
  const [ann, bob] = [join(root, 'ann'), join(root, 'bob')];
  let place: CatalogPosition;
  let example: Catalog;
  let now = 1_000;

  beforeAll(async () => {
    place = { client: dynamoDb(), table: await createTestTable('catalog-pull'), bucket: createMemoryObjectStore() };
    example = await exampleDefinitions();
    await putCatalog(place, example, catalogVersion(example), now);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const pull = (folder: string, force = false) => pullCatalog(folder, place, { stage: STAGE, variables: {}, force });
  const apply = async (folder: string): Promise<void> => {
    const catalog = await loadCatalogFolder(folder, {});
    const instead = (await rejectUndoing(catalog, (await baseOf(folder, STAGE))!, place))!;
    now += 1_000;
    await putCatalog(place, catalog, catalogVersion(catalog), now, { instead });
    await noteBase(folder, { stage: STAGE, version: catalogVersion(catalog) });
  };
  const rename = (folder: string, segment: string, name: string): void => {
    const path = join(folder, 'segments', `${segment}.yaml`);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/^name:.*$/m, `name: ${name} # mine`));
  };

  it('is written into a folder, and applying that changes nothing', async () => {
    const report = await pull(ann);
    expect(report.written).toContain('segments/several-stores.yaml');
    expect(catalogVersion(await loadCatalogFolder(ann, {}))).toBe(catalogVersion(example));
    await apply(ann);
    expect(await currentVersion(place)).toBe(catalogVersion(example));
    expect(printPull(await pull(ann), ann)).toBe(
      `${ann} has version ${catalogVersion(example)} of stage local already.\n`,
    );
  });

  it('is not undone by somebody whose folder is older: who applies is told what, and pulls it', async () => {
    await pull(bob);
    const [first, second] = example.segments.map(({ id }) => id) as [string, string];
    rename(ann, first, 'by ann');
    await apply(ann);
    rename(bob, second, 'by bob');
    await expect(apply(bob)).rejects.toThrow(`would be undone:\n  segments/${first}\nNothing was done.`);
    const report = await pull(bob);
    expect(report).toMatchObject({ written: [`segments/${first}.yaml`], kept: [`segments/${second}`], problems: [] });
    await apply(bob);
    await pull(ann);
    expect(catalogVersion(await loadCatalogFolder(ann, {}))).toBe(await currentVersion(place));
    expect((await loadCatalogFolder(ann, {})).segments.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['by ann', 'by bob']),
    );
  });

  it('is not taken where both have changed the same, until somebody says so', async () => {
    const [first] = example.segments.map(({ id }) => id) as [string];
    rename(ann, first, 'ann again');
    await apply(ann);
    rename(bob, first, 'bob again');
    await expect(pull(bob)).rejects.toThrow(`each in its own way:\n  segments/${first}\nNothing was done.`);
    await pull(bob, true);
    expect(readFileSync(join(bob, 'segments', `${first}.yaml`), 'utf8')).toContain('name: ann again');
  });

  it('is not put in the place of what somebody else has made active at the same instant', async () => {
    const version = (await currentVersion(place))!;
    const other = { ...example, segments: [] };
    now += 1_000;
    await putCatalog(place, other, catalogVersion(other), now);
    await expect(putCatalog(place, example, catalogVersion(example), now, { instead: version })).rejects.toBeInstanceOf(
      ConflictError,
    );
    expect(await currentVersion(place)).toBe(catalogVersion(other));
  });

  it('is compared definition by definition, and line by line', async () => {
    const [first, ...rest] = example.segments;
    const lines = diffOf(example, { ...example, segments: [{ ...first!, name: 'Other' }, ...rest.slice(1)] });
    expect(lines.map(({ definition, change }) => [definition, change])).toEqual([
      [`segments/${first!.id}`, 'changed'],
      [`segments/${rest[0]!.id}`, 'removed'],
    ]);
    const text = printDiff(lines, { before: 'v1', after: 'catalog' });
    expect(text).toContain(`--- v1: segments/${first!.id}\n+++ catalog: segments/${first!.id}\n`);
    expect(text).toContain(`\n-name: ${first!.name}\n+name: Other\n`);
    expect(printDiff([], { before: 'v1', after: 'catalog' })).toBe('v1 and catalog say the same.\n');
  });

  it('is not read from a note that somebody has damaged', async () => {
    writeFileSync(join(ann, '.pulled.json'), '{ "local": 3 }');
    await expect(baseOf(ann, STAGE)).rejects.toThrow(/Expected .*Remove it, and pull again/);
  });
});
