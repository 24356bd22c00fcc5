// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how variables are written in a catalog
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '#core/catalog/load.ts';
import { catalogFiles } from './marked.ts';

function urlOf(url: string, variables: Record<string, string>): string {
  const files = catalogFiles({ 'destinations/hook.yaml': `id: hook\ntype: http\nurl: "${url}"\nsegments: [gold]\n` });
  const { catalog, problems } = loadCatalog(files, variables);
  expect(problems).toEqual([]);
  const [destination] = catalog!.destinations;
  return destination?.type === 'http' ? destination.url : '';
}

describe('a variable in a definition', () => {
  it.each([
    ['https://${HOST}/x', { HOST: 'a.example' }, 'https://a.example/x'],
    ['https://${HOST:-b.example}/x', {}, 'https://b.example/x'],
    ['https://${HOST:-b.example}/x', { HOST: '' }, 'https://b.example/x'],
    ['https://${HOST:-b.example}/x', { HOST: 'a.example' }, 'https://a.example/x'],
    ['https://a.example/${A}${B:-c}', { A: 'b' }, 'https://a.example/bc'],
    ['https://a.example/$${A}', {}, 'https://a.example/${A}'],
    ['https://a.example/${A:-{b}}', {}, 'https://a.example/{b}'],
    ['https://a.example/$1', {}, 'https://a.example/$1'],
  ])('makes %s with %j into %s', (written, variables, expected) => {
    expect(urlOf(written, variables)).toBe(expected);
  });

  it('is not looked for in what it stands for', () => {
    expect(urlOf('https://a.example/${A}', { A: '${B}' })).toBe('https://a.example/${B}');
  });

  it('works in source connections too, since stages have keys of their own', () => {
    const digest = 'a'.repeat(64);
    const connection =
      'id: shop\nkeySha256: ["${KEY:-0000000000000000000000000000000000000000000000000000000000000000}"]\n';
    const files = catalogFiles({ 'source-connections/shop.yaml': connection });
    expect(loadCatalog(files, { KEY: digest }).catalog?.sourceConnections?.[0]?.keySha256).toEqual([digest]);
    expect(loadCatalog(files, {}).catalog?.sourceConnections?.[0]?.keySha256).toEqual(['0'.repeat(64)]);
    expect(loadCatalog(files, { KEY: 'the key itself' }).problems).toMatchObject([{ line: 2 }]);
  });

  it('is nothing special elsewhere', () => {
    const files = catalogFiles({ 'merge-policies/default.yaml': 'id: default\nname: ${NAME}\ndefault: true\n' });
    expect(loadCatalog(files, {}).catalog?.mergePolicies[0]?.name).toBe('${NAME}');
  });
});
