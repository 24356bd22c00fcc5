import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog, readCatalog, renderProblem } from '#core/catalog/load.ts';
import { policyReport, type SegmentPolicies } from '#core/catalog/policies/policy-report.ts';

/** A shop: two datasets of profile records, one of events, a segment that reads the tier, a destination for e-mail. */
const SHOP: Readonly<Record<string, string>> = {
  'namespaces/crmid.yaml': 'code: CRMID\nidType: CROSS_DEVICE\n',
  'schemas/people.yaml': `
$id: people
meta:class: https://ns.adobe.com/xdm/context/profile
properties:
  crmId: { type: string }
  email: { type: string }
  loyalty: { type: object, properties: { tier: { type: string }, points: { type: number } } }
  home: { type: object, properties: { city: { type: string } } }
  consents: { type: object }
descriptors:
  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: /crmId, xdm:namespace: CRMID, xdm:isPrimary: true }
  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: /email, xdm:namespace: Email }
`,
  'schemas/visits.yaml': `
$id: visits
meta:class: https://ns.adobe.com/xdm/context/experienceevent
properties:
  eventType: { type: string }
  search: { type: object, properties: { words: { type: string } } }
  identityMap: { type: object }
`,
  'datasets/people.yaml': 'id: people\nschemaRef: { id: people }\n',
  'datasets/visits.yaml': 'id: visits\nschemaRef: { id: visits }\n',
  'datasets/raw.yaml': 'id: raw\nschemaRef: { id: people }\ntags: { unifiedProfile: ["enabled:false"] }\n',
  'merge-policies/default.yaml': 'id: default\ndefault: true\n',
  'segments/gold.yaml': segment('gold', 'loyalty.tier = "gold"'),
  'segments/golden-searchers.yaml': segment(
    'golden-searchers',
    'inSegment("gold") and exists E from xEvent where E.search.words = "tent"',
  ),
  'destinations/mail.yaml': destination('mail', 'marketingActions: [emailTargeting]', '[CRMID]'),
};

export function segment(id: string, pql: string): string {
  return `id: ${id}\nname: ${id}\nexpression: { type: PQL, format: pql/text, value: '${pql}' }\n`;
}

export function destination(id: string, more = '', identities = '[CRMID]', segments = '[gold]'): string {
  return `id: ${id}\ntype: http\nurl: https://${id}.example.com/\nsegments: ${segments}\nidentities: ${identities}\n${more}\n`;
}

export type Files = Readonly<Record<string, string>>;
const filesWith = (files: Files): Map<string, string> => new Map(Object.entries({ ...SHOP, ...files }));

/** What is wrong with the shop's catalog after these changes, as people read it. */
export const problemsOf = (files: Files): string[] => loadCatalog(filesWith(files), {}).problems.map(renderProblem);

export function activationOf(files: Files, destinationId = 'mail', segmentId = 'gold'): SegmentPolicies {
  const { report, problems } = policyReport(filesWith(files), {});
  if (!report) throw new Error(problems.map(renderProblem).join('\n'));
  const found = report.destinations.find(({ id }) => id === destinationId);
  return found!.segments.find(({ id }) => id === segmentId)!;
}

export const violatedBy = (files: Files, destinationId?: string, segmentId?: string): string[] =>
  activationOf(files, destinationId, segmentId).violatedPolicies.map(({ id }) => id);

/** The shop's catalog, whatever policies say about it. */
export function catalogWith(files: Files): Catalog {
  const { catalog, problems } = readCatalog(filesWith(files), {});
  if (!catalog) throw new Error(problems.map(renderProblem).join('\n'));
  return catalog;
}

export const compiledWith = (files: Files) => compileCatalog(catalogWith(files));

export const ON = { 'policies/on.yaml': '- core: core-emailTargeting\n' };
