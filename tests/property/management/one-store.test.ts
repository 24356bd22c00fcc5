import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { definitionsByName } from '#core/catalog/definition-changes.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { planPull } from '#core/catalog/pull.ts';
import { writtenValue } from '#core/catalog/write-definitions.ts';
import { createManagement } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

const DEFINITIONS = '/tributary/definitions';
const EMPTY = loadCatalog(new Map(), {}).catalog!;
const MERGED = 'https://ns.adobe.com/xdm/context/profile';

/** The order in which kinds are written, so that what others refer to is there. */
const ORDER = ['namespaces', 'identity-settings', 'schema-parts', 'schemas', 'datasets', 'merge-policies', 'segments'];
const rankOf = (kind: string): number => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

/** The example, and a schema that is put together from a part of the company's own. */
async function catalogToBuild(): Promise<Catalog> {
  const part = {
    $id: 'https://ns.adobe.com/riverbend/mixins/shoes',
    title: 'Shoes',
    properties: {
      _riverbend: { type: 'object', properties: { shoes: { $ref: 'https://ns.adobe.com/riverbend/datatypes/shoe' } } },
    },
  };
  const type = {
    $id: 'https://ns.adobe.com/riverbend/datatypes/shoe',
    'meta:resourceType': 'datatypes',
    properties: { size: { type: 'integer' } },
  };
  const schema = {
    $id: 'https://riverbend.example/schemas/walkers',
    'meta:class': MERGED,
    allOf: [{ $ref: MERGED }, { $ref: part.$id }],
  };
  const { changeCatalog } = await import('#core/catalog/change.ts');
  const changed = changeCatalog(await exampleDefinitions(), [
    { kind: 'schema-parts', name: part.$id, value: part },
    { kind: 'schema-parts', name: type.$id, value: type },
    { kind: 'schemas', name: schema.$id, value: schema },
  ]);
  if (changed.problems) throw new Error(JSON.stringify(changed.problems));
  return changed.catalog;
}

describe('one store of definitions', () => {
  it('is the same whether the API has built it, in whatever steps, or files', async () => {
    const wanted = await catalogToBuild();
    const all = [...definitionsByName(wanted)].map(([key, one]) => ({
      kind: one.kind,
      name: key.slice(one.kind.length + 1),
      value: writtenValue(one),
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: all.length, maxLength: all.length }),
        fc.nat(6),
        async (keys, cuts) => {
          const shuffled = all
            .map((change, i) => ({ change, key: keys[i]! }))
            .sort((a, b) => rankOf(a.change.kind) - rankOf(b.change.kind) || a.key - b.key)
            .map(({ change }) => change);
          const management = createManagement(EMPTY, { consequences: NO_CONSEQUENCES });
          const size = Math.ceil(shuffled.length / (cuts + 1));
          for (let at = 0; at < shuffled.length; at += size) {
            const changes = shuffled.slice(at, at + size);
            const { status, body } = await management.call('POST', DEFINITIONS, { changes });
            // What refers to what is written later is rejected as a whole; it comes with the rest then.
            if (status !== 200) expect(body.report['sub-errors'].length).toBeGreaterThan(0);
          }
          const last = await management.call('POST', DEFINITIONS, { changes: shuffled });
          expect([last.status, last.body.version]).toEqual([200, catalogVersion(wanted)]);
          expect((await management.definitions.active()).catalog).toEqual(JSON.parse(JSON.stringify(wanted)));
        },
      ),
      runs(1, 3),
    );
  });

  it('is written as files by a pull, and applied from them without change', async () => {
    const active = await catalogToBuild();
    const plan = planPull({ files: new Map(), variables: {}, active, takeAll: true });
    if ('unreadable' in plan) throw new Error('unreadable');
    const files = new Map([...plan.files].flatMap(([path, text]) => (text === null ? [] : [[path, text] as const])));
    const { catalog, problems } = loadCatalog(files, {});
    expect(problems).toEqual([]);
    expect(catalogVersion(catalog!)).toBe(catalogVersion(active));
    // A schema refers to its parts as it did before: whoever changes the file of a part changes the schema with it.
    const walkers = [...files].find(([path]) => path.includes('walkers'))![1];
    expect(walkers).toContain('$ref: https://ns.adobe.com/riverbend/mixins/shoes');
  });

  it('says of a version that is not active any more that it is not, and leaves nothing of what was wrong', async () => {
    const management = createManagement(await exampleDefinitions());
    const { version } = (await management.call('GET', DEFINITIONS)).body;
    const value = { id: 'default', name: 'Default', default: true };
    const change = (instead: string) =>
      management.call('POST', DEFINITIONS, {
        instead,
        comment: 'a name',
        changes: [{ kind: 'merge-policies', name: 'default', value }],
      });
    expect((await change(version)).status).toBe(200);
    expect((await change(version)).status).toBe(412);
    const wrong = await management.call('PUT', `${DEFINITIONS}/segments/gold-and-silver`, {
      id: 'gold-and-silver',
      name: 'x',
      expression: { type: 'PQL', format: 'pql/text', value: 'loyalty.teir = 1' },
    });
    expect([wrong.status, wrong.body.report['sub-errors'][0]]).toMatchObject([
      400,
      { definition: 'segments/gold-and-silver', pointer: '/expression/value' },
    ]);
    const { body } = await management.call('GET', `${DEFINITIONS}/history`);
    expect(body.versions.map(({ comment }: { comment?: string }) => comment)).toEqual(['a name', undefined]);
  });

  it('tries a change without making it: who would enter and leave, and what destinations would be told', async () => {
    const management = createManagement(await exampleDefinitions());
    const { version } = (await management.call('GET', DEFINITIONS)).body;
    const rule = { type: 'PQL', format: 'pql/text', value: 'loyalty.tier = "bronze"' };
    const value = { id: 'several-devices', name: 'Bronze', expression: rule };
    const tried = await management.call('PUT', `${DEFINITIONS}/segments/several-devices?dryRun=true`, value);
    expect(tried.body).toMatchObject({
      dryRun: true,
      basedOn: version,
      changes: [{ definition: 'segments/several-devices', change: 'changed' }],
      audiences: [{ id: 'several-devices', change: 'changed' }],
    });
    expect((await management.call('GET', DEFINITIONS)).body.version).toBe(version);
    expect(management.started).toEqual([]);
  });

  it('has everybody evaluated after a change of what a published segment means, and not of a draft', async () => {
    const management = createManagement(await exampleDefinitions());
    const draft = {
      name: 'Gold',
      expression: { type: 'PQL', format: 'pql/text', value: 'loyalty.tier = "gold"' },
      lifecycleState: 'draft',
    };
    const made = await management.call('POST', '/data/core/ups/segment/definitions', draft);
    expect([made.status, management.started]).toEqual([200, []]);
    const address = `/data/core/ups/segment/definitions/${made.body.id}`;
    await management.call('PATCH', address, { lifecycleState: 'published' });
    expect(management.started).toEqual([(await management.definitions.active()).version]);
  });
});

const NO_CONSEQUENCES = { prepare: async () => undefined, impactOf: async () => ({}), begin: async () => {} };
