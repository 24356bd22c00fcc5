import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { changeFragment, type Fragment } from '#core/profile/fragment.ts';
import { isGeneralOptOut, mergeFragments } from '#core/profile/merge.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

type ConsentMerge = NonNullable<MergePolicyDefinition['consentMerge']>;
const DATASETS = ['crm', 'shop', 'web'] as const;
const LATEST: ConsentMerge = { type: 'timestampOrdered' };
const SHOP_FIRST: ConsentMerge = { type: 'dataSetPrecedence', order: ['shop', 'crm'] };

/** What a dataset says at a time about e-mail and about everything. */
interface Statement {
  readonly dataset: (typeof DATASETS)[number];
  /** Of the record. */
  readonly time: number;
  readonly val?: string | undefined;
  /** Of the consent itself, if it has one. */
  readonly saidAt?: number | undefined;
  readonly optOut?: string | undefined;
}

const statement: fc.Arbitrary<Statement> = fc.record({
  dataset: fc.constantFrom(...DATASETS),
  time: fc.integer({ min: 1, max: 9 }),
  val: fc.option(fc.constantFrom('y', 'n', 'p', 'u'), { nil: undefined }),
  saidAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  optOut: fc.option(fc.constantFrom('in', 'out', 'not_provided'), { nil: undefined }),
});

const instant = (time: number): string => new Date(time * 1_000).toISOString();

function attributesOf({ val, saidAt, optOut, time }: Statement): Record<string, unknown> {
  const email = { val, reason: `${val} at ${time}`, ...(saidAt !== undefined && { time: instant(saidAt) }) };
  return {
    ...(val !== undefined && { consents: { marketing: { email, preferred: 'email' } } }),
    ...(optOut !== undefined && { privacyOptOuts: { general_opt_out: optOut } }),
  };
}

/** One whole record a dataset: the latest one counts, as always. */
function merged(statements: readonly Statement[], consentMerge: ConsentMerge) {
  const fragments = new Map<string, Fragment>();
  for (const one of statements) {
    const change = { time: one.time * 1_000, tieBreaker: JSON.stringify(one), attributes: attributesOf(one) };
    fragments.set(one.dataset, changeFragment(fragments.get(one.dataset), 'create', change));
  }
  const keyed = [...fragments].map(([dataset, fragment]) => [`${dataset}|CRMID:ann`, fragment] as const);
  const profile = mergeFragments(keyed, { attributeMerge: { type: 'timestampOrdered' }, consentMerge });
  const marketing = (profile.consents as { marketing?: Record<string, { val?: string; reason?: string }> })?.marketing;
  return { email: marketing?.email, isOut: isGeneralOptOut(profile.privacyOptOuts) };
}

/** The latest record of each dataset. */
function current(statements: readonly Statement[]): Statement[] {
  return [...Map.groupBy(statements, ({ dataset }) => dataset).values()].map(
    (own) => own.toSorted((x, y) => x.time - y.time || (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1)).at(-1)!,
  );
}

const STRICT = ['n', 'p', 'u', 'y'];
const timeOf = ({ time, saidAt }: Statement): number => (saidAt !== undefined && saidAt < time ? saidAt : time);

describe('a consent of which several datasets say something', () => {
  const several = fc.array(statement, { minLength: 1, maxLength: 8 });

  it('is what was said last, by the time of the consent itself; of one time the strictest', { timeout }, () => {
    fc.assert(
      fc.property(several, (statements) => {
        const said = current(statements).filter(({ val }) => val !== undefined);
        const best = said.toSorted(
          (x, y) => timeOf(y) - timeOf(x) || STRICT.indexOf(x.val!) - STRICT.indexOf(y.val!),
        )[0];
        const { email } = merged(statements, LATEST);
        expect(email?.val).toBe(best?.val);
        // With what was said along with it, not with that of another.
        if (email) expect(email.reason?.startsWith(`${email.val} at`)).toBe(true);
      }),
      runs(5, 500),
    );
  });

  it('is that of the first dataset in the order that says anything', { timeout }, () => {
    fc.assert(
      fc.property(several, (statements) => {
        const said = current(statements).filter(({ val }) => val !== undefined);
        const first = ['shop', 'crm', 'web'].flatMap((id) => said.filter(({ dataset }) => dataset === id))[0];
        expect(merged(statements, SHOP_FIRST).email?.val).toBe(first?.val);
      }),
      runs(5, 500),
    );
  });

  it('is the same in whatever order the records come, and the strictest where nothing is chosen', { timeout }, () => {
    fc.assert(
      fc.property(several, fc.nat(), (statements, turns) => {
        const turned = [
          ...statements.slice(turns % statements.length),
          ...statements.slice(0, turns % statements.length),
        ];
        for (const merge of [LATEST, SHOP_FIRST, { type: 'strictest' } as const]) {
          expect(merged(turned, merge)).toEqual(merged(statements, merge));
        }
        const said = current(statements).flatMap(({ val }) => val ?? []);
        const strictest = STRICT.find((val) => said.includes(val));
        expect(merged(statements, { type: 'strictest' }).email?.val).toBe(strictest);
      }),
      runs(5, 500),
    );
  });

  it('and an opt-out of everything ends as the same order says', { timeout }, () => {
    fc.assert(
      fc.property(several, (statements) => {
        const said = current(statements).filter(({ optOut }) => optOut === 'in' || optOut === 'out');
        const latest = said.toSorted((x, y) => y.time - x.time || (x.optOut === 'out' ? -1 : 1))[0];
        expect(merged(statements, LATEST).isOut).toBe(latest?.optOut === 'out');
        const first = ['shop', 'crm', 'web'].flatMap((id) => said.filter(({ dataset }) => dataset === id))[0];
        expect(merged(statements, SHOP_FIRST).isOut).toBe(first?.optOut === 'out');
        expect(merged(statements, { type: 'strictest' }).isOut).toBe(said.some(({ optOut }) => optOut === 'out'));
      }),
      runs(5, 500),
    );
  });
});
