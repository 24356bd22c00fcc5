import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { differences } from '#console/audiences/differences.ts';
import { filtered, readFilters } from '#console/audiences/filters.ts';
import type { Audience, Definition } from '#console/audiences/model.ts';
import { sizeOf } from '#console/audiences/size.ts';
import { yamlOf } from '#console/audiences/yaml.ts';
import { decisive, type ExplainedPart } from '#console/parts/explain/model.ts';
import { runs } from '#tests/harness/runs.ts';

const definition = (more: Partial<Definition> = {}): Definition => ({
  id: 'gold',
  name: 'Gold',
  expression: { type: 'PQL', format: 'pql/text', value: 'loyalty.tier = "gold"' },
  ...more,
});

const audience = (id: string, more: Partial<Audience> = {}): Audience => ({
  id,
  name: id,
  state: 'active',
  rule: 'loyalty.tier = "gold"',
  plan: { method: 'edge', reasons: [], latency: '', timedChanges: '' },
  dependencies: [],
  dependents: [],
  destinations: [],
  activities: [],
  ...more,
});

describe('the list of audiences', () => {
  const all = [
    audience('gold', { destinations: [{ id: 'webhook', name: 'E-mail', enabled: true }] }),
    audience('several-stores', { plan: { method: 'batch', reasons: [], latency: '', timedChanges: '' } }),
    audience('old', { state: 'archived' }),
    audience('broken', { needsRepair: 'no such field' }),
  ];
  const idsOf = (search: object) => filtered(all, readFilters({ ...search })).map(({ id }) => id);

  it('shows archived ones to who asks for them only', () => {
    expect(idsOf({})).toEqual(['gold', 'several-stores', 'broken']);
    expect(idsOf({ state: 'archived' })).toEqual(['old']);
  });

  it('is filtered by what stands in the address, and by nothing else that stands there', () => {
    expect(idsOf({ method: 'batch' })).toEqual(['several-stores']);
    expect(idsOf({ destination: 'webhook', name: 'GO' })).toEqual(['gold']);
    expect(idsOf({ state: 'needs-repair' })).toEqual(['broken']);
    expect(readFilters({ name: ['x'], state: '', other: 'y', method: 7 })).toEqual({});
  });
});

describe('a definition as YAML', () => {
  it('is the same definition when it is read, whatever stands in it', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    const rule = fc.oneof(
      text,
      fc.array(fc.constantFrom('a', ' ', '\n', '"', '#', ': ', '\t', '\r', '- ')).map((all) => `x${all.join('')}`),
    );
    fc.assert(
      fc.property(text, rule, fc.option(text, { nil: undefined }), (name, value, description) => {
        const one = definition({
          name,
          expression: { type: 'PQL', format: 'pql/text', value },
          ...(description !== undefined && { description }),
        });
        expect(parse(yamlOf(one))).toEqual(one);
      }),
      runs(1, 200),
    );
  });
});

describe('what is another in two versions', () => {
  it('is said in parts, and a state that goes without saying is none', () => {
    const rule = { type: 'PQL', format: 'pql/text', value: 'loyalty.tier = "silver"' } as const;
    expect(differences(definition(), definition({ lifecycleState: 'published' }))).toEqual([]);
    expect(
      differences(definition(), definition({ expression: rule, lifecycleState: 'draft', mergePolicyId: 'x' })),
    ).toEqual([
      { part: 'rule', before: 'loyalty.tier = "gold"', after: 'loyalty.tier = "silver"' },
      { part: 'state', before: 'published', after: 'draft' },
      { part: 'other', before: undefined, after: '{"mergePolicyId":"x"}' },
    ]);
    expect(differences(undefined, definition()).map(({ part }) => part)).toEqual(['name', 'rule', 'state']);
  });
});

describe('the size of an audience', () => {
  it('is compared with the last one that was counted, and with nothing where there is none', () => {
    expect(sizeOf({ members: 12, sizes: [5, null, 9] })).toEqual({ members: 12, trend: [5, 9], sinceYesterday: 3 });
    expect(sizeOf({ members: 12, sizes: [5, null] }).sinceYesterday).toBeUndefined();
    expect(sizeOf({ members: 12, sizes: [] })).toEqual({ members: 12, trend: [], sinceYesterday: undefined });
  });
});

describe('the conditions that decide', () => {
  const condition = (text: string, isTrue: boolean): ExplainedPart => ({ kind: 'condition', text, isTrue, parts: [] });
  const made = fc.letrec<{ part: ExplainedPart }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(fc.nat(1_000), fc.boolean()).map(([n, isTrue]) => condition(`c${n}`, isTrue)),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('part'), { minLength: 1, maxLength: 3 }))
        .map(
          ([kind, parts]): ExplainedPart => ({
            kind,
            text: '',
            isTrue: kind === 'and' ? parts.every(({ isTrue }) => isTrue) : parts.some(({ isTrue }) => isTrue),
            parts,
          }),
        ),
      tie('part').map((part): ExplainedPart => ({ kind: 'not', text: '', isTrue: !part.isTrue, parts: [part] })),
    ),
  })).part;

  /** The truth of a rule when some of its conditions are another. */
  const holds = (part: ExplainedPart, turned: ReadonlySet<ExplainedPart>): boolean => {
    if (part.kind === 'condition') return part.isTrue !== turned.has(part);
    const inside = part.parts.map((one) => holds(one, turned));
    if (part.kind === 'not') return !inside[0];
    return part.kind === 'and' ? inside.every(Boolean) : inside.some(Boolean);
  };

  const conditionsOf = (part: ExplainedPart): ExplainedPart[] =>
    part.kind === 'condition' ? [part] : part.parts.flatMap(conditionsOf);

  it('make the whole another when they are another, and fewer do not', () => {
    fc.assert(
      fc.property(made, (rule) => {
        const deciding = decisive(rule);
        expect(holds(rule, new Set(deciding))).toBe(!rule.isTrue);
        const all = conditionsOf(rule);
        if (all.length > 8) return;
        for (let bits = 0; bits < 2 ** all.length; bits++) {
          const some = all.filter((_, i) => bits & (1 << i));
          if (some.length < deciding.length) expect(holds(rule, new Set(some))).toBe(rule.isTrue);
        }
      }),
      runs(1, 100),
    );
  });
});
