import fc from 'fast-check';
import stringify from 'safe-stable-stringify';
import { describe, expect, it } from 'vitest';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { definitionsByName, undoneBy } from '#core/catalog/definition-changes.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { type PullPlan, planPull } from '#core/catalog/pull.ts';
import { catalogs, writtenCatalog } from '#tests/harness/core/catalogs.ts';
import { runs } from '#tests/harness/runs.ts';

/** As it comes back from where versions are kept. */
const stored = (catalog: Catalog): Catalog => JSON.parse(JSON.stringify(catalog)) as Catalog;

/** What somebody does to audiences and namespaces: edits, takes away, adds. */
type Edit = { readonly of: number; readonly how: 'edit' | 'remove' | 'add'; readonly by: string };
const edits = (by: string): fc.Arbitrary<Edit[]> =>
  fc
    .array(fc.record({ of: fc.nat(5), how: fc.constantFrom('edit' as const, 'remove' as const, 'add' as const) }), {
      maxLength: 4,
    })
    .map((all) => all.map((edit) => ({ ...edit, by })));

function edited(catalog: Catalog, all: readonly Edit[]): Catalog {
  let { segments, namespaces } = catalog;
  for (const { of, how, by } of all) {
    const used = new Set(catalog.destinations.flatMap(({ segments: ids }) => ids));
    const at = of % segments.length;
    if (how === 'edit') segments = segments.map((one, i) => (i === at ? { ...one, description: `by ${by}` } : one));
    if (how === 'edit') namespaces = namespaces.map((one, i) => (i === of ? { ...one, description: `by ${by}` } : one));
    if (how === 'remove') segments = segments.filter(({ id }, i) => i !== at || used.has(id));
    if (how === 'add' && !segments.some(({ id }) => id === `new-${of}`))
      segments = [...segments, { ...segments[0]!, id: `new-${of}`, description: `by ${by}` }];
  }
  return { ...catalog, segments: [...segments].sort((a, b) => (a.id < b.id ? -1 : 1)), namespaces };
}

const SOMEBODY =
  'id: somebody\nname: Somebody\nexpression: { type: PQL, format: pql/text, value: identityMap.ECID.count() > 0 }\n';

const written = (plan: PullPlan, files: ReadonlyMap<string, string>): Map<string, string> => {
  const after = new Map(files);
  for (const [path, text] of plan.files) text === null ? after.delete(path) : after.set(path, text);
  return after;
};

function planned(input: Partial<Parameters<typeof planPull>[0]> & { readonly active: Catalog }): PullPlan {
  const plan = planPull({ files: new Map(), variables: {}, takeAll: false, ...input });
  if ('unreadable' in plan) throw new Error(JSON.stringify(plan.unreadable));
  return plan;
}

/** Of each audience and namespace, what it says; looked up one by one, without a word of how catalogs are compared. */
const saying = (catalog: Catalog): Map<string, string | undefined> =>
  new Map([
    ...catalog.segments.map((one) => [`segments/${one.id}`, stringify(one)] as const),
    ...catalog.namespaces.map((one) => [`namespaces/${one.code}`, stringify(one)] as const),
  ]);

describe('a catalog that is pulled', () => {
  it('into an empty folder is what is active, to the last letter of its version', () => {
    fc.assert(
      fc.property(catalogs, (active) => {
        const plan = planned({ active: stored(active) });
        expect(plan).toMatchObject({ kept: [], conflicts: [], problems: [] });
        const { catalog } = loadCatalog(written(plan, new Map()), {});
        expect(catalogVersion(catalog!)).toBe(catalogVersion(active));
        const again = planned({ active: stored(active), files: written(plan, new Map()), base: active });
        expect([...again.files]).toEqual([]);
      }),
      runs(0.25, 50),
    );
  }, 60_000);

  it('brings what others have changed, keeps what the folder has, and asks where both have', () => {
    const all = {
      base: catalogs,
      mine: edits('me'),
      theirs: edits('them'),
      style: fc.constantFrom('yaml' as const, 'json' as const),
    };
    fc.assert(
      fc.property(fc.record(all), ({ base, mine, theirs, style }) => {
        const [folder, active] = [edited(base, mine), edited(base, theirs)];
        const files = writtenCatalog(folder, style, (i) => `f${i}`);
        const plan = planned({ active: stored(active), base: stored(base), files });
        const [was, has, there] = [saying(base), saying(folder), saying(active)];
        const keys = [...new Set([...was.keys(), ...has.keys(), ...there.keys()])].sort();
        const differing = keys.filter((key) => has.get(key) !== there.get(key));
        const isMine = (key: string): boolean => has.get(key) !== was.get(key);
        const isTheirs = (key: string): boolean => there.get(key) !== was.get(key);
        expect(plan.taken).toEqual(differing.filter((key) => !isMine(key)));
        expect(plan.kept).toEqual(differing.filter((key) => isMine(key) && !isTheirs(key)));
        expect(plan.conflicts).toEqual(differing.filter((key) => isMine(key) && isTheirs(key)));
        const { catalog } = loadCatalog(written(plan, files), {});
        const result = saying(catalog!);
        for (const key of keys)
          expect(result.get(key), key).toBe(plan.taken.includes(key) ? there.get(key) : has.get(key));
        const undone = undoneBy(definitionsByName(folder), definitionsByName(base), definitionsByName(active));
        expect(undone).toEqual(differing.filter(isTheirs));
      }),
      runs(0.5, 150),
    );
  }, 60_000);

  it('is what is active after --force, whatever the folder says', () => {
    fc.assert(
      fc.property(catalogs, catalogs, edits('me'), (one, active, mine) => {
        const files = writtenCatalog(edited(one, mine), 'yaml', (i) => `f${i}`);
        const plan = planned({ active: stored(active), files, takeAll: true });
        const { catalog } = loadCatalog(written(plan, files), {});
        expect(catalogVersion(catalog!)).toBe(catalogVersion(active));
      }),
      runs(0.25, 50),
    );
  }, 60_000);

  it('asks of everything that a folder says otherwise which was never pulled', () => {
    const [base] = fc.sample(catalogs, { numRuns: 1, seed: 1 });
    const folder = edited(base!, [{ of: 0, how: 'edit', by: 'somebody' }]);
    const plan = planned({ active: base!, files: writtenCatalog(folder, 'yaml', (i) => `f${i}`) });
    expect(plan.conflicts).toContain(`segments/${base!.segments[0]!.id}`);
    expect(plan.taken).toEqual([]);
  });

  it('leaves files as they are whose definitions are active: with comments, variables and their place', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of a catalog
    const url = '${HOOK}';
    const files = new Map([
      ['segments/somebody.yaml', SOMEBODY],
      ['destinations/mine.yaml', `# why\nid: hook\ntype: http\nurl: ${url}\nsegments: [somebody]\n`],
      [
        'namespaces/all.yaml',
        '- { code: xA, name: A, idType: COOKIE } # the first\n- { code: xB, name: B, idType: COOKIE }\n',
      ],
    ]);
    const variables = { HOOK: 'https://hooks.example.com/x' };
    const { catalog: base } = loadCatalog(files, variables);
    const active = {
      ...base!,
      namespaces: base!.namespaces.map((one) => (one.code === 'xB' ? { ...one, name: 'other' } : one)),
    };
    const plan = planned({ active, base: base!, files, variables });
    expect([...plan.files]).toEqual([
      ['namespaces/all.yaml', '- code: xA\n  name: A\n  idType: COOKIE\n- code: xB\n  name: other\n  idType: COOKIE\n'],
    ]);
  });

  it('keeps a text of a destination that looks like a variable and is none', () => {
    const url = 'https://hooks.example.com/$${literally}';
    const { catalog: active } = loadCatalog(
      new Map([
        ['segments/somebody.yaml', SOMEBODY],
        ['destinations/a.yaml', `id: hook\ntype: http\nurl: ${url}\nsegments: [somebody]\n`],
      ]),
      {},
    );
    const plan = planned({ active: active! });
    expect(loadCatalog(written(plan, new Map()), {}).catalog).toEqual(active);
  });

  it('says what is wrong with a folder that cannot be read, and with one whose own changes do not fit any more', () => {
    const [base] = fc.sample(catalogs, { numRuns: 1, seed: 2 });
    const broken = planPull({
      active: base!,
      files: new Map([['segments/a.yaml', 'id: [']]),
      variables: {},
      takeAll: false,
    });
    expect(broken).toMatchObject({ unreadable: [{ file: 'segments/a.yaml' }] });
    const files = writtenCatalog(base!, 'yaml', (i) => `f${i}`);
    const [segment] = base!.segments;
    files.set('destinations/mine.yaml', `id: mine\ntype: http\nurl: https://a.example\nsegments: ["${segment!.id}"]\n`);
    const active = { ...base!, segments: [], destinations: [] };
    const plan = planned({ active, base: base!, files });
    expect(plan.kept).toEqual(['destinations/mine']);
    expect(plan.problems).toMatchObject([{ file: 'destinations/mine.yaml' }]);
  });

  it('calls files by what they define, and never by a path outside of their folder', () => {
    const [base] = fc.sample(catalogs, { numRuns: 1, seed: 3 });
    const schema = { ...base!.schemas[0]!, $id: 'https://example.com/../..' };
    const other = { ...base!.schemas[0]!, $id: 'https://other.example/../..' };
    const plan = planned({ active: { ...base!, schemas: [schema, other], datasets: [] } });
    expect([...plan.files.keys()].filter((path) => path.startsWith('schemas/'))).toEqual([
      'schemas/definition.yaml',
      'schemas/definition-2.yaml',
    ]);
  });
});
