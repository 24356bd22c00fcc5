import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DenyExpression } from '#core/governance/definition.ts';
import { CORE_LABELS } from '#core/governance/labels.ts';
import { CORE_MARKETING_ACTIONS, CORE_POLICIES, deniedBy, marketingAction } from '#core/governance/policies.ts';
import { activationOf, destination, ON, problemsOf, segment, violatedBy } from './factories.ts';

const labels = (text: string) => ({ 'labels/all.yaml': text });
const onField = (path: string, ...names: string[]) =>
  labels(`schema: people\nfields:\n  ${path}: [${names.join(', ')}]\n`);

describe('what a policy denies', () => {
  const label = fc.constantFrom('C1', 'C2', 'C3', 'C5');
  const { tree } = fc.letrec<{ tree: DenyExpression }>((tieBreaker) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      label.map((name) => ({ label: name })),
      fc.record({
        operator: fc.constantFrom('AND' as const, 'OR' as const),
        operands: fc.array(tieBreaker('tree'), { minLength: 1, maxLength: 3 }),
      }),
    ),
  }));
  const holds = (one: DenyExpression, has: ReadonlySet<string>): boolean => {
    if ('label' in one) return has.has(one.label);
    return one.operator === 'AND'
      ? one.operands.every((operand) => holds(operand, has))
      : one.operands.some((operand) => holds(operand, has));
  };

  it('is what its tree of labels says, for labels that the data has', () => {
    fc.assert(
      fc.property(tree, fc.uniqueArray(label), (expression, has) => {
        const denied = deniedBy(expression, new Set(has));
        expect(denied !== undefined).toBe(holds(expression, new Set(has)));
        for (const name of denied ?? []) expect(has).toContain(name);
        // The labels that are named are enough for it.
        if (denied) expect(holds(expression, new Set(denied))).toBe(true);
      }),
    );
  });

  it('is never less when there are more labels', () => {
    fc.assert(
      fc.property(tree, fc.uniqueArray(label), label, (expression, has, more) => {
        if (deniedBy(expression, new Set(has))) expect(deniedBy(expression, new Set([...has, more]))).toBeDefined();
      }),
    );
  });
});

describe('the policies that are built in', () => {
  it('are one for each marketing action, and off', () => {
    expect([...CORE_POLICIES.values()].map(({ status }) => status)).toEqual(
      CORE_MARKETING_ACTIONS.map(() => 'DISABLED'),
    );
    for (const { marketingActionRefs } of CORE_POLICIES.values()) {
      expect(CORE_MARKETING_ACTIONS.map((name) => `core/${name}`)).toContain(marketingActionRefs[0]);
    }
    expect(violatedBy(onField('loyalty.tier', 'C4'))).toEqual([]);
  });

  it('are switched on one by one', () => {
    expect(violatedBy({ ...ON, ...onField('loyalty.tier', 'C5') })).toEqual(['core-emailTargeting']);
    const off = { 'policies/on.yaml': '- { core: core-emailTargeting, status: DISABLED }\n' };
    expect(violatedBy({ ...off, ...onField('loyalty.tier', 'C5') })).toEqual([]);
  });

  it.each(['C4', 'C5'])('e-mail targeting does not take %s', (name) => {
    expect(violatedBy({ ...ON, ...onField('loyalty.tier', name) })).toEqual(['core-emailTargeting']);
  });

  it.each(CORE_LABELS.filter((name) => !['C4', 'C5', 'C12'].includes(name)))('e-mail targeting takes %s', (name) => {
    expect(violatedBy({ ...ON, ...onField('loyalty.tier', name) })).toEqual([]);
  });
});

describe('marketing actions', () => {
  it.each([
    ['emailTargeting', 'core/emailTargeting'],
    ['core/emailTargeting', 'core/emailTargeting'],
    ['/marketingActions/core/emailTargeting', 'core/emailTargeting'],
    ['https://example.com/dulepolicy/marketingActions/custom/ours', 'custom/ours'],
    ['ours', 'custom/ours'],
    ['custom/emailTargeting', 'custom/emailTargeting'],
  ])('%s is %s', (written, name) => expect(marketingAction(written)).toBe(name));

  it('of a destination are what policies are about', () => {
    const files = { ...ON, ...onField('loyalty.tier', 'C5'), 'destinations/other.yaml': destination('other') };
    expect(violatedBy(files, 'mail')).toEqual(['core-emailTargeting']);
    expect(violatedBy(files, 'other')).toEqual([]);
  });

  it('may be the company\u2019s own', () => {
    const files = {
      'policies/own.yaml': 'id: own\nmarketingActionRefs: [resale]\ndeny: { label: Partner-only }\n',
      'labels/own.yaml': '- { name: Partner-only }\n- { schema: people, fields: { loyalty: [Partner-only] } }\n',
      'destinations/other.yaml': destination('other', 'marketingActions: [custom/resale]'),
    };
    expect(violatedBy(files, 'other')).toEqual(['own']);
  });
});

describe('lineage', () => {
  it('labels of fields count where the rule reads them', () => {
    expect(violatedBy({ ...ON, ...onField('loyalty.tier', 'C5') })).toHaveLength(1);
    expect(violatedBy({ ...ON, ...onField('loyalty', 'C5') })).toHaveLength(1);
    expect(violatedBy({ ...ON, ...onField('loyalty.points', 'C5') })).toEqual([]);
    expect(violatedBy({ ...ON, ...onField('home.city', 'C5') })).toEqual([]);
  });

  it('labels count of the field of an identity, also where its name is one that a JSON pointer escapes', () => {
    const people = `
$id: people
meta:class: https://ns.adobe.com/xdm/context/profile
properties: { "crm/id": { type: string }, loyalty: { type: object, properties: { tier: { type: string } } } }
descriptors:
  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: /crm~1id, xdm:namespace: CRMID, xdm:isPrimary: true }
`;
    expect(violatedBy({ ...ON, 'schemas/people.yaml': people, ...onField('crm/id', 'C5') })).toHaveLength(1);
  });

  it('goes through the segments that a segment builds on, and through events', () => {
    const target = {
      'destinations/mail.yaml': destination(
        'mail',
        'marketingActions: [emailTargeting]',
        '[CRMID]',
        '[golden-searchers]',
      ),
    };
    const files = { ...ON, ...target };
    expect(violatedBy({ ...files, ...onField('loyalty.tier', 'C5') }, 'mail', 'golden-searchers')).toHaveLength(1);
    const searched = labels('dataset: visits\nfields: { search.words: [C5] }\n');
    expect(violatedBy({ ...files, ...searched }, 'mail', 'golden-searchers')).toHaveLength(1);
    expect(violatedBy({ ...ON, ...searched })).toEqual([]);
  });

  it('labels of fields count where the destination gets them', () => {
    const more = 'marketingActions: [emailTargeting]\nattributes: [home]';
    const files = { ...ON, 'destinations/mail.yaml': destination('mail', more) };
    const { violatedPolicies } = activationOf({ ...files, ...onField('home.city', 'C5') });
    expect(violatedPolicies[0]!.origins).toEqual([
      {
        label: 'C5',
        from: 'schema',
        id: 'people',
        path: 'home.city',
        usedBy: 'attribute',
        file: 'labels/all.yaml',
        line: 3,
      },
    ]);
  });

  it.each(['[Email]', '[Email_LC_SHA256]'])(
    'labels of identity fields count where identities go out as %s',
    (accepted) => {
      const files = { ...ON, ...onField('email', 'C5') };
      const mail = { 'destinations/mail.yaml': destination('mail', 'marketingActions: [emailTargeting]', accepted) };
      expect(violatedBy(files)).toEqual([]);
      expect(violatedBy({ ...files, ...mail })).toHaveLength(1);
    },
  );

  it('labels of one namespace of the identity map count where that namespace goes out', () => {
    const files = { ...ON, ...labels('schema: visits\nfields: { identityMap.ECID: [C5] }\n') };
    const to = (namespace: string) => ({
      'destinations/mail.yaml': destination('mail', 'marketingActions: [emailTargeting]', `[${namespace}]`),
    });
    expect(violatedBy({ ...files, ...to('ECID') })).toHaveLength(1);
    expect(violatedBy({ ...files, ...to('CRMID') })).toEqual([]);
  });

  it('labels of a whole dataset count for every segment of the merge policy that takes it in', () => {
    expect(violatedBy({ ...ON, ...labels('dataset: visits\nlabels: [C5]\n') })).toHaveLength(1);
    expect(violatedBy({ ...ON, ...labels('dataset: raw\nlabels: [C5]\n') })).toEqual([]);
    expect(violatedBy({ ...ON, ...labels('schema: people\nlabels: [C5]\n') })).toHaveLength(1);
  });

  it('C4 includes C5, C6 and C7', () => {
    expect(activationOf(onField('loyalty.tier', 'C4')).labels).toEqual(['C4', 'C5', 'C6', 'C7', 'C10']);
  });

  it('C10 is on every segment whose merge policy stitches', () => {
    const files = {
      'policies/on.yaml': '- core: core-singleIdentityPersonalization\n',
      'destinations/mail.yaml': destination('mail', 'marketingActions: [singleIdentityPersonalization]'),
    };
    expect(violatedBy(files)).toEqual(['core-singleIdentityPersonalization']);
    const none = { 'merge-policies/default.yaml': 'id: default\ndefault: true\nidentityGraph: { type: none }\n' };
    expect(violatedBy({ ...files, ...none })).toEqual([]);
  });

  it('C12 stops every export, whatever the destination is for', () => {
    const files = { ...onField('loyalty.tier', 'C12'), 'destinations/other.yaml': destination('other') };
    expect(violatedBy(files, 'mail')).toEqual(['C12']);
    expect(violatedBy(files, 'other')).toEqual(['C12']);
  });
});

describe('saving a catalog', () => {
  it('is rejected where a policy is violated, with the policy, the labels and where they come from', () => {
    expect(problemsOf({ ...ON, ...onField('loyalty.tier', 'C5') })).toEqual([
      [
        'destinations/mail.yaml:4:12  the policy "core-emailTargeting" forbids emailTargeting with data labelled C5: segment "gold" must not go to "mail"',
        '    hint: C5 is on loyalty.tier of the schema "people" (labels/all.yaml:3), and the segment\'s rule reads it',
      ].join('\n'),
    ]);
  });

  it('names the label that brings another one along', () => {
    expect(problemsOf({ ...ON, ...labels('dataset: visits\nlabels: [C4]\n') })[0]).toMatch(
      /hint: C4 is on the dataset "visits" \(labels\/all.yaml:2\); C5, which C4 includes, is on the dataset "visits"/,
    );
  });

  it.each([
    ['a label', onField('loyalty.tier', 'C5'), {}],
    [
      'a dataset of the merge policy',
      labels('dataset: raw\nlabels: [C5]\n'),
      { 'datasets/raw.yaml': 'id: raw\nschemaRef: { id: people }\n' },
    ],
    ['a rule', onField('home.city', 'C5'), { 'segments/gold.yaml': segment('gold', 'home.city = "Bern"') }],
    [
      'a destination',
      onField('home.city', 'C5'),
      { 'destinations/mail.yaml': destination('mail', 'marketingActions: [emailTargeting]\nattributes: [home.city]') },
    ],
  ])('is rejected when %s changes so that it violates one', (_, labelled, change) => {
    expect(problemsOf(ON)).toEqual([]);
    expect(problemsOf({ ...ON, ...labelled, ...change })).toHaveLength(1);
  });

  it('is not rejected for a destination that is switched off', () => {
    const off = { 'destinations/mail.yaml': destination('mail', 'marketingActions: [emailTargeting]\nenabled: false') };
    expect(problemsOf({ ...ON, ...onField('loyalty.tier', 'C5'), ...off })).toEqual([]);
  });

  it.each([
    ['an unknown label', onField('loyalty.tier', 'C13'), /labels\/all.yaml:3:18 {2}unknown label "C13"/],
    ['an unknown field', onField('loyalty.teir', 'C5'), /labels\/all.yaml:3:3 .*hint: did you mean "tier"\?/s],
    ['an unknown dataset', labels('dataset: poeple\n'), /unknown dataset "poeple".*did you mean "people"\?/s],
    ['both a dataset and a schema', labels('dataset: people\nschema: people\n'), /either "dataset" or "schema"/],
    ['a label that is built in', labels('name: C5\n'), /built in/],
    [
      'an unknown policy',
      { 'policies/p.yaml': 'core: core-emailTargetting\n' },
      /did you mean "core-emailTargeting"\?/,
    ],
    [
      'the id of a built-in policy',
      { 'policies/p.yaml': 'id: core-analytics\nmarketingActionRefs: [analytics]\ndeny: { label: C8 }\n' },
      /switch it on/,
    ],
    [
      'an unknown action of a policy',
      { 'policies/p.yaml': 'id: p\nmarketingActionRefs: [core/emailing]\ndeny: { label: C8 }\n' },
      /policies\/p.yaml:2:23 {2}unknown marketing action/,
    ],
    [
      'an unknown label of a policy',
      {
        'policies/p.yaml':
          'id: p\nmarketingActionRefs: [analytics]\ndeny: { operator: OR, operands: [{ label: C8 }, { label: C88 }] }\n',
      },
      /policies\/p.yaml:3:58 {2}unknown label "C88"/,
    ],
    [
      'an unknown action of a destination',
      { 'destinations/mail.yaml': destination('mail', 'marketingActions: [emailTargetting]') },
      /did you mean "emailTargeting"\?/,
    ],
    [
      'an unknown destination of a consent policy',
      { 'consent-policies/c.yaml': 'id: c\nchannel: email\ndestinations: [maill]\n' },
      /did you mean "mail"\?/,
    ],
    ['a consent policy without a consent', { 'consent-policies/c.yaml': 'id: c\n' }, /either "channel" or "consent"/],
    ['a value that is no consent', { 'consent-policies/c.yaml': 'id: c\nchannel: email\nvalues: [yes]\n' }, /values/],
  ])('is rejected with %s', (_, files, says) => {
    const problems = problemsOf(files);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(says);
  });
});

describe('labels of records that rules look up', () => {
  const TIERS = {
    'schemas/tiers.yaml':
      '$id: tiers\nmeta:class: https://example.com/classes/tier\nproperties: { name: { type: string }, rebate: { type: number }, note: { type: string } }\ndescriptors: [{ "@type": xdm:descriptorPrimaryKey, xdm:sourceProperty: /name }]\n',
    'datasets/tiers.yaml': 'id: tiers\nschemaRef: { id: tiers }\n',
    'schemas/members.yaml':
      '$id: members\nmeta:class: https://ns.adobe.com/xdm/context/profile\nmeta:immutableTags: [union]\nproperties: { crmId: { type: string }, loyalty: { type: object, properties: { tier: { type: string } } } }\ndescriptors:\n  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: /crmId, xdm:namespace: CRMID, xdm:isPrimary: true }\n  - { "@type": xdm:descriptorOneToOne, xdm:sourceProperty: /loyalty/tier, xdm:destinationSchema: tiers }\n',
  };
  const looking = { ...TIERS, 'segments/gold.yaml': segment('gold', 'loyalty.tier.rebate > 10') };

  it.each([
    ['of the dataset', 'dataset: tiers\nlabels: [C5]\n', true],
    ['of the schema', 'schema: tiers\nlabels: [C5]\n', true],
    ['of a field that is read', 'schema: tiers\nfields:\n  rebate: [C5]\n', true],
    ['of a field that is not read', 'schema: tiers\nfields:\n  note: [C5]\n', false],
    ['of the key', 'schema: people\nfields:\n  loyalty.tier: [C5]\n', true],
  ])('count where a rule reads something of them: %s', (_, text, counts) => {
    const broken = counts ? ['core-emailTargeting'] : [];
    expect(violatedBy({ ...ON, ...looking, ...labels(text) })).toEqual(broken);
  });

  it('do not count for rules that look nothing up', () => {
    expect(violatedBy({ ...ON, ...TIERS, ...labels('dataset: tiers\nlabels: [C5]\n') })).toEqual([]);
  });
});

describe('an activity whose audience a policy keeps off pages', () => {
  const banner = (more = '') => ({
    'activities/banner.yaml': `id: banner\nname: Banner\naudience: gold\nscopes: [hero]\nexperiences: [{ id: a }]\n${more}`,
  });
  const enabled = { 'policies/core.yaml': '- core: core-onsitePersonalization\n' };

  it('is rejected, at the audience, with the reason', () => {
    const [problem, ...more] = problemsOf({ ...banner(), ...enabled, ...onField('loyalty.tier', 'C7') });
    expect(more).toEqual([]);
    expect(problem).toContain('activities/banner.yaml:3:');
    expect(problem).toContain(
      'forbids onsitePersonalization with data labelled C7: segment "gold" must not decide the activity "banner"',
    );
  });

  it('but not while it is a draft, is for everybody, or the policy is about something else', () => {
    const labelled = onField('loyalty.tier', 'C7');
    expect(problemsOf({ ...banner('lifecycleState: draft\n'), ...enabled, ...labelled })).toEqual([]);
    const everybody = { 'activities/banner.yaml': banner()['activities/banner.yaml'].replace('audience: gold\n', '') };
    expect(problemsOf({ ...everybody, ...enabled, ...labelled })).toEqual([]);
    expect(problemsOf({ ...banner(), ...labelled })).toEqual([]);
    expect(problemsOf({ ...banner(), ...enabled, ...onField('loyalty.tier', 'C5') })).toEqual([]);
  });
});
