import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Catalog } from '#core/catalog/catalog.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS } from '#core/schema/definition.ts';

const words = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,12}$/);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const ids = (most: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(words, { minLength: 1, maxLength: most }).map((all) => all.sort());

/** Catalogs that are right, complete with what the loader fills in. */
export const catalogs: fc.Arbitrary<Catalog> = fc
  .record({
    codes: fc
      .uniqueArray(fc.stringMatching(/^x[a-z0-9]{1,8}$/), { minLength: 1, maxLength: 3 })
      .map((all) => all.sort()),
    events: fc.boolean(),
    datasets: ids(3),
    policies: ids(5),
    segments: ids(4),
    destinations: ids(3),
    activities: fc.oneof(fc.constant<string[]>([]), ids(2)),
    names: fc.array(text, { minLength: 1, maxLength: 5 }),
    flag: fc.boolean(),
    precedence: fc.boolean(),
    schedule: fc.constantFrom('hourly' as const, 'daily' as const),
    state: fc.constantFrom('published' as const, 'draft' as const),
    settings: fc.boolean(),
  })
  .map((c): Catalog => {
    const [code] = c.codes as [string];
    const name = (i: number): string => c.names[i % c.names.length]!;
    const schemas = [
      {
        $id: 'https://example.com/a',
        title: name(0),
        'meta:class': c.events ? (EXPERIENCE_EVENT_CLASS as typeof PROFILE_CLASS) : PROFILE_CLASS,
        type: 'object' as const,
        properties: { id: { type: 'string', title: name(1) }, n: { type: 'number' } },
        descriptors: [
          {
            '@type': 'xdm:descriptorIdentity' as const,
            'xdm:sourceProperty': '/id',
            'xdm:namespace': code,
            'xdm:property': 'xdm:code' as const,
            'xdm:isPrimary': true,
          },
        ],
      },
    ];
    return {
      namespaces: c.codes.map((one, i) => ({ code: one, name: name(i), idType: 'CROSS_DEVICE' })),
      ...(c.settings && {
        identitySettings: { namespacePriority: [...c.codes, 'ECID'], uniqueNamespaces: [code], blockedNamespaces: [] },
      }),
      schemas,
      datasets: c.datasets.map((id, i) => ({
        id,
        name: name(i),
        schemaRef: { id: 'https://example.com/a' },
        tags: { unifiedProfile: [`enabled:${c.flag}`], unifiedIdentity: ['enabled:true'] },
      })),
      mergePolicies: c.policies.map((id, i) => ({
        id,
        default: i === 0,
        identityGraph: { type: c.flag ? 'pdg' : 'none' },
        attributeMerge: c.precedence ? { type: 'dataSetPrecedence', order: c.datasets } : { type: 'timestampOrdered' },
      })),
      segments: c.segments.map((id, i) => ({
        id,
        name: name(i),
        description: name(i + 1),
        expression: { type: 'PQL', format: 'pql/text', value: `n >= ${i} or id = "a\\nb"` },
        lifecycleState: c.state,
        dataGovernancePolicy: { excludeOptOut: c.flag },
      })),
      ...(c.activities.length > 0 && {
        activities: c.activities.map((id, i) => ({
          id,
          name: name(i),
          lifecycleState: c.state,
          ...(i === 0 && { audience: c.segments[0]! }),
          priority: i,
          schedule: c.flag ? { start: '2026-03-01T10:00:00Z' } : {},
          splitBy: 'device' as const,
          traffic: 100,
          control: 10,
          scopes: ['hero'],
          surfaces: ['web://*/x*#y'],
          experiences: [
            { id: 'a', share: 90, items: [{ type: 'json' as const, content: { text: name(2), list: [1, null] } }] },
          ],
        })),
      }),
      destinations: c.destinations.map((id, i) =>
        i % 2 === 0
          ? {
              id,
              segments: c.segments,
              enabled: c.flag,
              type: 's3-file',
              identity: code,
              attributes: [],
              schedule: c.schedule,
            }
          : {
              id,
              segments: c.segments,
              enabled: true,
              type: 'http',
              url: 'https://hooks.example.com/x',
              attributes: [],
            },
      ),
    };
  });

/** A catalog as files. @param named the names of the files, which say nothing about what is in them */
export function writtenCatalog(
  catalog: Catalog,
  style: 'yaml' | 'json',
  named: (i: number) => string,
): Map<string, string> {
  const files = new Map<string, string>();
  const put = (folder: string, definitions: readonly unknown[]): void => {
    for (const [i, definition] of definitions.entries()) {
      const body = style === 'yaml' ? stringify(definition) : JSON.stringify(definition, null, '\t');
      files.set(`${folder}/${named(i)}.${style}`, body);
    }
  };
  put('namespaces', [catalog.namespaces]);
  put('identity-settings', catalog.identitySettings ? [catalog.identitySettings] : []);
  put('schemas', catalog.schemas);
  put('datasets', catalog.datasets);
  put('merge-policies', catalog.mergePolicies);
  put('segments', catalog.segments);
  put('destinations', catalog.destinations);
  put('activities', catalog.activities ?? []);
  return files;
}
