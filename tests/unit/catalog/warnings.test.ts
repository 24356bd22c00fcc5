import { describe, expect, it } from 'vitest';
import { loadCatalog } from '#core/catalog/load.ts';
import { type CatalogProblem, renderProblem } from '#core/catalog/problem.ts';
import { catalogFiles, HERE, marks, placesOf, segmentText } from './marked.ts';

const warningsOf = (changes: Record<string, string>): readonly CatalogProblem[] => {
  const { catalog, problems, warnings } = loadCatalog(catalogFiles(changes), {});
  expect(problems.map(renderProblem)).toEqual([]);
  expect(catalog).toBeDefined();
  return warnings;
};
const rule = (pql: string): Record<string, string> => ({ 'segments/new.yaml': segmentText('new', pql) });

/** `loyalty.tier` is silver or gold. */
describe('a value that no schema allows for the field of a rule', () => {
  it.each([
    ['=', `loyalty.tier = ${HERE}"golden"`],
    ['!=', `loyalty.tier != ${HERE}"golden"`],
    ['= the other way round', `${HERE}"golden" = loyalty.tier`],
    ['in', `loyalty.tier in ["gold", ${HERE}"golden", "silver", ${HERE}"platinum"]`],
    ['notIn', `not (loyalty.tier\n  notIn [${HERE}"golden"])`],
    ['equals', `loyalty.tier.equals(${HERE}"golden")`],
    ['equals with its case', `loyalty.tier.equals(${HERE}"GOLD", true)`],
    ['notEqualTo', `loyalty.tier.notEqualTo(${HERE}"golden", false)`],
    ['a variable', `let L = loyalty in L.tier = ${HERE}"golden"`],
  ])('gets a warning with its place: %s', (_, pql) => {
    const warnings = warningsOf(rule(pql));
    expect(placesOf(warnings)).toEqual(marks(rule(pql)));
    expect(warnings[0]).toMatchObject({
      message: expect.stringMatching(/^"loyalty.tier" is never "\w+"$/),
      expected: 'one of "silver", "gold"',
    });
  });

  it('is hinted at where it is nearly one that is allowed', () => {
    expect(warningsOf(rule('loyalty.tier = "glod"'))).toMatchObject([{ hint: 'did you mean "gold"?' }]);
  });

  it.each([
    'loyalty.tier = "gold" or loyalty.tier in ["silver", "gold"] or loyalty.tier.equals("GOLD", false)',
    'loyalty.tier like "g%" or loyalty.tier.startsWith("x") or loyalty.tier > "a"',
    'shop.crmId = "golden" or extras.tier = "golden"',
    'loyalty.tier = shop.crmId or loyalty.tier.isNull()',
  ])('is none, and says nothing: %s', (pql) => {
    expect(warningsOf(rule(pql))).toEqual([]);
  });

  it('may be allowed by another schema of the same field', () => {
    const other = (tier: string): Record<string, string> => ({
      'schemas/others.yaml': `
$id: https://example.com/others
meta:class: https://ns.adobe.com/xdm/context/profile
properties:
  crmId: { type: string }
  loyalty: { type: object, properties: { tier: ${tier} } }
descriptors:
  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: /crmId, xdm:namespace: CRMID, xdm:isPrimary: true }
`,
      'datasets/others.yaml': 'id: others\nschemaRef: { id: https://example.com/others }\n',
      ...rule('loyalty.tier = "platinum"'),
    });
    expect(warningsOf(other('{ type: string, enum: [gold, platinum] }'))).toEqual([]);
    expect(warningsOf(other('{ type: string }'))).toEqual([]);
    expect(warningsOf(other('{ type: string, enum: [gold] }'))).toMatchObject([
      { expected: 'one of "gold", "silver"' },
    ]);
  });
});

describe('an audience of a destination that sends texts', () => {
  const texts = (segments: string, more = ''): Record<string, string> => ({
    'segments/regulars.yaml': segmentText('regulars', 'xEvent.groupBy(eventType).count() > 2'),
    'destinations/texts.yaml': `id: texts
type: twilio
segments: ${segments}
accountSid: AC00000000000000000000000000000001
sender: { messagingServiceSid: MG00000000000000000000000000000001 }
template: Hello
optOuts: { dataset: people }
${more}`,
  });

  it('gets a warning where only the evaluation of everybody has members of it', () => {
    const files = texts(`[gold, ${HERE}regulars]`);
    const warnings = warningsOf(files);
    expect(placesOf(warnings)).toEqual(marks(files));
    expect(warnings).toMatchObject([{ message: 'nobody in "regulars" is sent a text' }]);
  });

  it('gets none where it is evaluated when data comes in, or nobody is sent anything', () => {
    expect(warningsOf(texts('[gold]'))).toEqual([]);
    expect(warningsOf(texts('[regulars]', 'enabled: false\n'))).toEqual([]);
  });
});
