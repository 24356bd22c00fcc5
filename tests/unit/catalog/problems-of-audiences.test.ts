// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how variables are written in a catalog
import { describe, expect, it } from 'vitest';
import { type Case, HERE, marks, placesOf, problemsOf, segmentText } from './marked.ts';

const segment = (pql: string): Record<string, string> => ({ 'segments/new.yaml': segmentText('new', pql) });
const destination = (text: string): Record<string, string> => ({ 'destinations/hook.yaml': text });

const CASES: readonly Case[] = [
  // Merge policies
  {
    name: 'no default merge policy',
    files: { 'merge-policies/default.yaml': `${HERE}id: default\n` },
    says: [/no merge policy is the default/],
  },
  {
    name: 'two default merge policies',
    files: { 'merge-policies/z.yaml': `id: z\ndefault: ${HERE}true\n` },
    says: [/two default merge policies/],
  },
  {
    name: 'a sixth merge policy',
    files: Object.fromEntries(
      [1, 2, 3, 4, 5].map((n) => [`merge-policies/p${n}.yaml`, `${n === 5 ? HERE : ''}id: p${n}\n`]),
    ),
    says: [/number 6/],
  },
  {
    name: 'a precedence of no dataset',
    files: {
      'merge-policies/default.yaml': `id: default\ndefault: true\nattributeMerge: { type: dataSetPrecedence, order: [people, ${HERE}peopel] }\n`,
    },
    says: [/unknown dataset "peopel"/],
  },
  // Audience Manager
  {
    name: 'AAM-14: Audience Manager in another sandbox than the default production one',
    files: {
      'destinations/aam.yaml': `id: aam\ntype: aam\nsegments: [gold]\nsandbox: ${HERE}{ name: dev, type: development }\n`,
    },
    says: [/default production sandbox only/],
  },
  {
    name: 'a trait of an unknown segment',
    files: { 'destinations/aam.yaml': `id: aam\ntype: aam\nsegments: [gold]\ntraits: { ${HERE}glod: 24 }\n` },
    says: [/unknown segment "glod"/],
  },
  {
    name: 'a destination that is called like a delivery lane of Audience Manager',
    files: {
      'destinations/ads.yaml': 'id: ads\ntype: aam\nsegments: [gold]\n',
      'destinations/edge.yaml': `id: ${HERE}ads.edge\ntype: aam\nsegments: [gold]\n`,
    },
    says: [/is what a delivery lane of "ads", a destination of Audience Manager, is called/],
  },
  // Segments
  { name: 'PQL that is cut short', files: segment(`loyalty.tier =${HERE}`), says: [/./] },
  {
    name: 'PQL with a mistake on its third line',
    files: segment(`loyalty.tier = "gold"\nand\n  (loyalty.tier ${HERE}] "silver")`),
    says: [/./],
  },
  {
    name: 'a field of no profile',
    files: segment(`loyalty.${HERE}teir = "gold"\nor ${HERE}loyality.tier = "gold"`),
    says: [/"loyalty.teir" is not a field of profiles/, /"loyality" is not a field of profiles/],
  },
  {
    name: 'a field of no event',
    files: segment(`exists E from xEvent where\n  E.commerce.${HERE}orders.priceTotal > 1`),
    says: [/"commerce.orders" is not a field of events/],
  },
  {
    name: 'a field of no event, in a filter',
    files: segment(`xEvent[${HERE}evenType = "a"].sum(commerce.order.${HERE}total) > 1`),
    says: [/"evenType" is not a field of events/, /"commerce.order.total" is not a field of events/],
  },
  {
    name: 'an unknown segment',
    files: segment(`inSegment("gold")\nand not inSegment(${HERE}"glod")`),
    says: [/unknown segment "glod"/],
  },
  {
    name: 'segments in a circle',
    files: {
      'segments/a.yaml': segmentText('a', 'inSegment("b")'),
      'segments/b.yaml': segmentText('b', `inSegment("gold") or inSegment(${HERE}"a")`),
    },
    says: [/in a circle: a → b → a/],
  },
  {
    name: 'a segment on a draft',
    files: {
      'segments/a.yaml': `${segmentText('a', 'loyalty.tier = "gold"')}lifecycleState: draft\n`,
      ...segment(`inSegment(${HERE}"a")`),
    },
    says: [/"a" is not published/],
  },
  {
    name: 'an unknown merge policy',
    files: { 'segments/new.yaml': `${segmentText('new', 'loyalty.tier = "gold"')}mergePolicyId: ${HERE}defualt\n` },
    says: [/unknown merge policy "defualt"/],
  },
  {
    name: 'a segment that is built on one under another merge policy',
    files: {
      'merge-policies/z.yaml': 'id: z\n',
      'segments/new.yaml': `${segmentText('new', `inSegment(${HERE}"gold")`)}mergePolicyId: z\n`,
    },
    says: [/the segment "gold" sees people under another merge policy/],
  },
  // Destinations
  {
    name: 'an unknown segment of a destination',
    files: destination(`id: hook\ntype: http\nurl: https://a.example/\nsegments:\n  - gold\n  - ${HERE}silver\n`),
    says: [/unknown segment "silver"/],
  },
  {
    name: 'unknown namespaces of a destination',
    files: destination(
      `id: hook\ntype: http\nurl: https://a.example/\nsegments: [gold]\nidentities: [ECID, ${HERE}Emial]\n`,
    ),
    says: [/unknown namespace "Emial"/],
  },
  {
    name: 'an unknown identity of a file',
    files: destination(`id: hook\ntype: s3-file\nidentity: ${HERE}crmid\nsegments: [gold]\n`),
    says: [/unknown namespace "crmid"/],
  },
  {
    name: 'an attribute that profiles do not have',
    files: destination(
      `id: hook\ntype: http\nurl: https://a.example/\nsegments: [gold]\nattributes: [loyalty.tier, ${HERE}loyalty.points]\n`,
    ),
    says: [/"loyalty.points" is not an attribute/],
  },
  {
    name: 'a variable that is not set',
    files: destination(`id: hook\ntype: http\nurl: https://${HERE}\${HOOK_HOST}/\nsegments: [gold]\n`),
    says: [/HOOK_HOST is not set/],
  },
  {
    name: 'a variable without an end',
    files: destination(`id: hook\ntype: http\nurl: "https://a.example/${HERE}\${HOOK"\nsegments: [gold]\n`),
    says: [/does not end/],
  },
];

describe('the catalog loader, on who is told what', () => {
  it.each(CASES)('points at $name', ({ files, says }) => {
    const problems = problemsOf(files);
    expect(placesOf(problems), problems.map(({ message }) => message).join('\n')).toEqual(marks(files).sort());
    for (const [i, pattern] of says.entries()) expect(problems[i]?.message).toMatch(pattern);
  });

  it('reports everything at once, by file and line', () => {
    const files = {
      'segments/new.yaml': segmentText('new', `loyalty.${HERE}teir = "gold"`),
      'destinations/hook.yaml': `id: hook\ntype: http\nurl: ${HERE}nowhere\nsegments: [gold]\n${HERE}sgements: [gold]\n`,
      'datasets/visits.yaml': `id: visits\nschemaRef: { id: ${HERE}https://example.com/visit }\n`,
    };
    expect(placesOf(problemsOf(files))).toEqual(marks(files).sort());
  });

  it('blames one mistake once: what refers to a broken definition is not to blame', () => {
    const files = {
      'segments/gold.yaml': `id: gold\nname: ${HERE}7\nexpression: { type: PQL, format: pql/text, value: loyalty.tier = "gold" }\n`,
    };
    expect(placesOf(problemsOf(files))).toEqual(marks(files));
  });

  it('offers the name that was probably meant', () => {
    const [problem] = problemsOf(destination('id: hook\ntype: http\nurl: https://a.example/\nsegments: [glod]\n'));
    expect(problem?.hint).toBe('did you mean "gold"?');
  });

  it('never shows the value of a variable', () => {
    const files = destination('id: hook\ntype: http\nurl: ${SECRET_URL}\nsegments: [gold]\n');
    const problems = problemsOf(files, { SECRET_URL: 'secret-that-is-no-url' });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('secret-that');
  });
});
