import { type CatalogProblem, loadCatalog } from '#core/catalog/load.ts';

/** In the text of a test, stands before the place a problem must point to. */
export const HERE = '‸';

/** A mistake in a catalog, and what the loader has to say about it. */
export interface Case {
  readonly name: string;
  /** Changes to the small catalog, with a mark before each place that is wrong. */
  readonly files: Readonly<Record<string, string | null>>;
  /** What each problem says, in the order of the marks. */
  readonly says: readonly RegExp[];
}

const SMALL_CATALOG: Readonly<Record<string, string>> = {
  'namespaces/crmid.yaml': 'code: CRMID\nidType: CROSS_DEVICE\n',
  'identity-settings/settings.yaml': 'namespacePriority: [CRMID, ECID]\nuniqueNamespaces: [CRMID]\n',
  'schemas/people.yaml': `
$id: https://example.com/people
meta:class: https://ns.adobe.com/xdm/context/profile
properties:
  shop:
    type: object
    properties:
      crmId: { type: string }
      spend: { type: number }
  loyalty:
    type: object
    properties:
      tier: { enum: [silver, gold] }
  tags: { type: array, items: { type: object, properties: { name: { type: string } } } }
  extras: { type: object }
descriptors:
  - "@type": xdm:descriptorIdentity
    xdm:sourceProperty: /shop/crmId
    xdm:namespace: CRMID
    xdm:isPrimary: true
`,
  'schemas/visits.yaml': `
$id: https://example.com/visits
meta:class: https://ns.adobe.com/xdm/context/experienceevent
properties:
  eventType: { type: string }
  identityMap: { type: object }
  commerce:
    type: object
    properties:
      order: { type: object, properties: { priceTotal: { type: number } } }
`,
  'datasets/people.yaml': 'id: people\nschemaRef: { id: https://example.com/people }\n',
  'datasets/visits.yaml': 'id: visits\nschemaRef: { id: https://example.com/visits }\n',
  'merge-policies/default.yaml': 'id: default\ndefault: true\n',
  'segments/gold.yaml': segmentText('gold', 'loyalty.tier = "gold"'),
  'destinations/hook.yaml': 'id: hook\ntype: http\nurl: https://hooks.example.com/\nsegments: [gold]\n',
};

/** The text of a segment's file, the PQL in a literal block that begins on line 6, column 5. */
export function segmentText(id: string, pql: string): string {
  const lines = pql.split('\n').map((line) => `    ${line}`);
  return [
    `id: ${id}`,
    `name: Segment ${id}`,
    'expression:',
    '  type: PQL',
    '  format: pql/text',
    '  value: |',
    ...lines,
    '',
  ].join('\n');
}

/** A small catalog that is right, with some files replaced, added, or (null) left out. */
export function catalogFiles(changes: Readonly<Record<string, string | null>> = {}): Map<string, string> {
  const files = new Map(Object.entries(SMALL_CATALOG));
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) files.delete(path);
    else files.set(path, text.replaceAll(HERE, ''));
  }
  return files;
}

/** Where the marks are, as the loader would say it: `file:line:column`, counted here by simple means. */
export function marks(changes: Readonly<Record<string, string | null>>): string[] {
  return Object.entries(changes).flatMap(([path, text]) => {
    const blocks = (text ?? '').split(HERE);
    return blocks.slice(0, -1).map((_, i) => {
      const lines = blocks
        .slice(0, i + 1)
        .join('')
        .split('\n');
      return `${path}:${lines.length}:${lines.at(-1)!.length + 1}`;
    });
  });
}

export function problemsOf(
  changes: Readonly<Record<string, string | null>>,
  variables: Readonly<Record<string, string>> = {},
): readonly CatalogProblem[] {
  return loadCatalog(catalogFiles(changes), variables).problems;
}

export const placesOf = (problems: readonly CatalogProblem[]): string[] =>
  problems.map(({ file, line, column }) => `${file}:${line}:${column}`);
