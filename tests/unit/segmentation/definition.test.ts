import { describe, expect, it } from 'vitest';
import { segmentDefinition } from '#core/segmentation/definition.ts';

const minimal = { id: 'S1', name: 'One', expression: { type: 'PQL', format: 'pql/text', value: 'a = 1' } };

describe('a segment definition', () => {
  it('is published and leaves out opt-outs unless it says otherwise', () => {
    expect(segmentDefinition.parse(minimal)).toEqual({
      ...minimal,
      lifecycleState: 'published',
      dataGovernancePolicy: { excludeOptOut: true },
    });
  });

  it('may say everything that AEP lets it say', () => {
    const full = {
      ...minimal,
      description: 'about',
      schema: { name: '_xdm.context.profile' },
      mergePolicyId: 'default',
      lifecycleState: 'draft',
      dataGovernancePolicy: { excludeOptOut: false },
    };
    expect(segmentDefinition.parse(full)).toEqual(full);
  });

  it.each([
    ['an unknown key', { ...minimal, colour: 'red' }],
    ['an unknown key inside', { ...minimal, expression: { ...minimal.expression, dialect: 1 } }],
    ['another language', { ...minimal, expression: { ...minimal.expression, type: 'SQL' } }],
    ['no expression', { id: 'S1', name: 'One' }],
    ['something else than people', { ...minimal, schema: { name: '_xdm.context.account' } }],
    ['an id with a blank', { ...minimal, id: 'S 1' }],
    ['an unknown state', { ...minimal, lifecycleState: 'gone' }],
  ])('is rejected with %s', (_, definition) => {
    expect(segmentDefinition.safeParse(definition).success).toBe(false);
  });
});
