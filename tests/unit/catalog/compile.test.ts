import { describe, expect, it } from 'vitest';
import { readCatalogFolder } from '#cli/catalog/read-folder.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog, renderProblem } from '#core/catalog/load.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';
import { catalogFiles } from './marked.ts';

async function catalogIn(folder: string): Promise<Catalog> {
  const { catalog, problems } = loadCatalog(await readCatalogFolder(folder), {});
  expect(problems.map(renderProblem).join('\n')).toBe('');
  return catalog!;
}

const compiledSmall = (changes: Record<string, string | null> = {}): CompiledCatalog => {
  const { catalog, problems } = loadCatalog(catalogFiles(changes), {});
  expect(problems.map(renderProblem)).toEqual([]);
  return compileCatalog(catalog!);
};

describe('a compiled catalog', () => {
  it.each(['catalog', 'tests/fixtures/luma-catalog'])('is made of %s, also after it was JSON', async (folder) => {
    const catalog = await catalogIn(folder);
    const compiled = compileCatalog(JSON.parse(JSON.stringify(catalog)) as Catalog);
    expect(compiled.version).toBe(compileCatalog(catalog).version);
    expect([...compiled.datasets.keys()].sort()).toEqual(catalog.datasets.map(({ id }) => id).sort());
    expect([...compiled.segments.ids].sort()).toEqual(catalog.segments.map(({ id }) => id).sort());
  });

  it('ranks the namespaces that the settings leave out: people, then devices, then cookies', () => {
    const { identitySettings } = compiledSmall();
    const ranks = ['CRMID', 'ECID', 'Email', 'Phone', 'IDFA', 'GAID', 'AdCloud', 'nobody-knows'].map((code) =>
      identitySettings.rank(code),
    );
    expect(ranks.slice(0, 2)).toEqual([1, 2]);
    expect(ranks).toEqual([...ranks].sort((x, y) => x - y));
    expect(identitySettings.isUnique('CRMID')).toBe(true);
    expect(identitySettings.isUnique('ECID')).toBe(false);
  });

  it('has the built-in order and a default merge policy where the catalog says nothing', () => {
    const compiled = compiledSmall({ 'identity-settings/settings.yaml': null, 'merge-policies/default.yaml': null });
    expect(compiled.identitySettings.rank('CRMID')).toBe(1);
    expect(compiled.identitySettings.rank('Email')).toBeLessThan(compiled.identitySettings.rank('ECID'));
    expect(compiled.mergePolicy).toMatchObject({
      default: true,
      identityGraph: { type: 'pdg' },
      attributeMerge: { type: 'timestampOrdered' },
    });
  });

  it('leaves out segments that are not published', () => {
    const draft =
      'id: idea\nname: Idea\nlifecycleState: draft\nexpression: { type: PQL, format: pql/text, value: \'loyalty.tier = "x"\' }\n';
    expect([...compiledSmall({ 'segments/idea.yaml': draft }).segmentDefinitions.keys()]).toEqual(['gold']);
  });

  it('knows of each dataset whether it is events or records, and where they go', () => {
    const tags =
      'id: people\nschemaRef: { id: https://example.com/people }\ntags: { unifiedIdentity: [enabled:false] }\n';
    const { datasets } = compiledSmall({ 'datasets/people.yaml': tags });
    expect(datasets.get('people')).toMatchObject({ behaviour: 'record', profileEnabled: true, identityEnabled: false });
    expect(datasets.get('visits')).toMatchObject({ behaviour: 'event', profileEnabled: true, identityEnabled: true });
  });

  it('maps a row of the Luma customers to a record that is valid and has two identities', async () => {
    const { datasets } = compileCatalog(await catalogIn('tests/fixtures/luma-catalog'));
    const customers = datasets.get('customers')!;
    const row = {
      crmId: 'C1',
      email: ' Ann@Example.COM ',
      tier: 'gold',
      optOut: 'in',
      consentEmail: 'y',
      updatedAt: '2018-11-08T00:00:00.000Z',
    };
    const mapped = customers.mapRow(...cellsOf(row));
    expect(mapped).toMatchObject({
      value: {
        _luma: { crmId: 'C1' },
        loyalty: { tier: 'gold' },
        privacyOptOuts: { general_opt_out: 'in' },
        consents: { marketing: { email: { val: 'y' } } },
        extSourceSystemAudit: { lastUpdatedDate: '2018-11-08T00:00:00.000Z' },
      },
    });
    const { value } = mapped as { value: unknown };
    expect(customers.validate(value)).toEqual([]);
    expect(customers.identitiesOf(value)).toMatchObject({
      identities: [
        { namespace: 'CRMID', value: 'C1', primary: true },
        { namespace: 'Email', value: 'ann@example.com', primary: false },
      ],
      rejections: [],
    });
  });
});
