import { describe, expect, it } from 'vitest';
import { entitiesFound, namespacesFound } from '#core/api/segments/search.ts';
import { createManagement } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const BASE = '/data/core/ups/search';
const CLASS = '_xdm.context.segmentdefinition';
const search = async (path: string) => (await createManagement(await exampleDefinitions())).call('GET', BASE + path);
const idsOf = async (words: string, more = ''): Promise<string[]> => {
  const path = `/entities?schemaClass=${CLASS}&namespace=AEPSegments&s=${encodeURIComponent(words)}${more}`;
  const { status, body } = await search(path);
  expect(status).toBe(200);
  expect(entitiesFound.parse(body)).toEqual(body);
  return body.entities.map(({ id }: { readonly id: string }) => id);
};

describe('the search for audiences', () => {
  it('finds those that have every word, in any field and case, or in the one that is named', async () => {
    expect(await idsOf('GOLD cart')).toEqual(['loyal-cart-abandoners']);
    expect(await idsOf('name:gold')).toEqual(['gold-and-silver', 'loyal-cart-abandoners']);
    expect(await idsOf('id:gold*')).toEqual(['gold-and-silver']);
    expect(await idsOf('name:nothing')).toEqual([]);
  });

  it('finds all of them a page after the other', async () => {
    const { segments } = await exampleDefinitions();
    const pages = await Promise.all([0, 1, 2].map((page) => idsOf('*', `&limit=4&page=${page}`)));
    expect(pages.map(({ length }) => length)).toEqual([4, 4, segments.length - 8]);
    expect(pages.flat().toSorted()).toEqual(segments.map(({ id }) => id).toSorted());
  });

  it('counts them in the only namespace that audiences have here', async () => {
    const { status, body } = await search(`/namespaces?schema.name=${CLASS}&s=name:gold`);
    expect(status).toBe(200);
    expect(namespacesFound.parse(body)).toEqual(body);
    expect(body.namespaces).toEqual([{ namespace: 'AEPSegments', displayName: 'AEPSegments', count: 2 }]);
    const others = await search(`/entities?schemaClass=${CLASS}&namespace=AAMTraits`);
    expect(others.body.entities).toEqual([]);
  });

  it('says what it reads where there is more in it than words, and of what class', async () => {
    const quoted = await search(`/namespaces?schema.name=${CLASS}&s=${encodeURIComponent('"gold card" OR x')}`);
    expect(quoted.status).toBe(400);
    expect(JSON.stringify(quoted.body)).toContain('A search is words');
    expect((await search('/namespaces?schema.name=_xdm.other')).status).toBe(400);
  });
});
