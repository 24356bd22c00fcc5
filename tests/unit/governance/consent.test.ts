import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consenting } from '#core/governance/consent.ts';
import { CONSENT_VALUES, consentPolicyDefinition } from '#core/governance/definition.ts';
import { hashEmail } from '#core/identity/hashing.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { strictestConsents } from '#core/profile/consents.ts';
import { mergeFragments } from '#core/profile/merge.ts';

const channels = ['any', 'email', 'push', 'sms', 'call'] as const;
const value = fc.constantFrom(...CONSENT_VALUES);
const choice = fc.record({ val: value, time: fc.integer({ min: 1, max: 9 }).map((n) => `2026-03-0${n}T00:00:00Z`) });
const consents = fc.record(
  {
    collect: choice,
    share: choice,
    marketing: fc.dictionary(fc.constantFrom(...channels), choice),
    idSpecific: fc.record({ ECID: fc.dictionary(fc.constantFrom('1', '2'), fc.record({ adID: choice })) }),
  },
  { requiredKeys: [] },
);

/** Every consent by its path: `marketing.email y`. */
function choices(node: unknown, path: readonly string[] = []): Map<string, { val: string; time: string }> {
  if (typeof node !== 'object' || node === null) return new Map();
  if ('val' in node) return new Map([[path.join('.'), node as { val: string; time: string }]]);
  return new Map(Object.entries(node).flatMap(([name, child]) => [...choices(child, [...path, name])]));
}
const values = (node: unknown): string[] => [...choices(node)].map(([path, { val }]) => `${path} ${val}`).sort();

/** Permits from little to much, as written here by hand. */
const ORDER = ['n', 'dn', 'p', 'u', 'PI', 'VI', 'CP', 'CT', 'LI', 'dy', 'y'];

describe('consents of several fragments', () => {
  it('come to the strictest value of each, with the time it was given', () => {
    fc.assert(
      fc.property(fc.array(consents, { maxLength: 4 }), (asserted) => {
        const merged = choices(strictestConsents(asserted));
        const all = asserted.map((one) => choices(one));
        expect([...merged.keys()].sort()).toEqual([...new Set(all.flatMap((one) => [...one.keys()]))].sort());
        for (const [path, { val, time }] of merged) {
          const given = all.flatMap((one) => one.get(path) ?? []);
          expect(ORDER.indexOf(val)).toBe(Math.min(...given.map((one) => ORDER.indexOf(one.val))));
          expect(given).toContainEqual({ val, time });
        }
      }),
    );
  });

  it('are the same in whatever order and however often they come', () => {
    fc.assert(
      fc.property(fc.array(consents, { minLength: 1, maxLength: 4 }), fc.nat(), (asserted, turn) => {
        const turned = [...asserted.slice(turn % asserted.length), ...asserted.slice(0, turn % asserted.length)];
        expect(values(strictestConsents([...turned, ...asserted]))).toEqual(values(strictestConsents(asserted)));
      }),
    );
  });

  it('are as they were said where one fragment speaks', () => {
    fc.assert(
      fc.property(consents, (asserted) => {
        expect(strictestConsents([undefined, asserted])).toEqual(asserted);
      }),
    );
    expect(strictestConsents([undefined])).toBeUndefined();
  });

  it.each(['Y', 'yes', '', null, 1, '__proto__'])('take %j, which is no value, for a rejection', (val) => {
    const merged = strictestConsents([{ share: { val } }, { share: { val: 'y' } }]);
    expect(merged).toEqual({ share: { val } });
  });

  it('keep what goes with a value, and consents below it, apart', () => {
    const news = { val: 'y', time: 'late', subscriptions: { news: { val: 'n' }, offers: { val: 'y' } } };
    const old = { val: 'n', reason: 'too many', subscriptions: { news: { val: 'y' } } };
    expect(
      strictestConsents([
        { marketing: { preferred: 'sms', email: old } },
        { marketing: { preferred: 'email', email: news } },
      ]),
    ).toEqual({
      marketing: {
        preferred: 'email',
        email: { val: 'n', reason: 'too many', subscriptions: { news: { val: 'n' }, offers: { val: 'y' } } },
      },
    });
  });

  it('are merged so in a profile, though everything else is the latest', () => {
    const fragment = (time: number, attributes: Record<string, unknown>) => ({ time, tieBreaker: '', attributes });
    const merged = mergeFragments(
      [
        ['crm|CRMID:1', fragment(1, { tier: 'gold', consents: { marketing: { email: { val: 'n' } } } })],
        ['web|ECID:1', fragment(2, { tier: 'none', consents: { marketing: { email: { val: 'y' } } } })],
      ],
      { attributeMerge: { type: 'timestampOrdered' } },
    );
    expect(merged).toEqual({ tier: 'none', consents: { marketing: { email: { val: 'n' } } } });
  });
});

const NORMAL_FORMS = compileNormalForms(namespaceRegistry([]));
const policy = (more: object) => consentPolicyDefinition.parse({ id: 'p', ...more });
const mail = policy({ channel: 'email' });
const crm = { namespace: 'CRMID', value: '1' };
const ann = { namespace: 'Email', value: 'Ann@example.com' };
const bob = { namespace: 'Email', value: 'bob@example.com' };
const device = { namespace: 'ECID', value: '2' };
const lastRouted = (asserted: unknown, identities = [crm], one = mail) =>
  consenting(identities, asserted, one, NORMAL_FORMS).map(({ namespace, value: id }) => `${namespace}:${id}`);
const marketing = (choicesOf: Record<string, string>) => ({
  marketing: Object.fromEntries(Object.entries(choicesOf).map(([name, val]) => [name, { val }])),
});

describe('who may be told under a consent policy', () => {
  it.each(CONSENT_VALUES.map((val) => [val, val === 'y' || val === 'dy'] as const))(
    '%s consents to a channel: %s',
    (val, may) => expect(lastRouted(marketing({ email: val }))).toEqual(may ? ['CRMID:1'] : []),
  );

  it.each([undefined, null, 'y', {}, { marketing: 'y' }, marketing({ sms: 'y' })])(
    'a consent that is not there is none: %j',
    (asserted) => expect(lastRouted(asserted)).toEqual([]),
  );

  it.each([
    [{ any: 'y' }, true],
    [{ any: 'n' }, false],
    [{ any: 'n', email: 'y' }, false],
    [{ any: 'y', email: 'n' }, false],
    [{ any: 'y', email: 'u' }, true],
    [{ any: 'u', email: 'y' }, true],
    [{ any: 'dn', email: 'y' }, true],
  ])('of "any" and a channel: %j', (asserted, may) =>
    expect(lastRouted(marketing(asserted))).toEqual(may ? ['CRMID:1'] : []),
  );

  it('may be asked with other values, and about other consents than channels', () => {
    expect(
      lastRouted(marketing({ email: 'LI' }), [crm], policy({ channel: 'email', values: ['y', 'LI'] })),
    ).toHaveLength(1);
    expect(lastRouted({ share: { val: 'y' } }, [crm], policy({ consent: 'share' }))).toHaveLength(1);
    expect(
      lastRouted({ personalize: { content: { val: 'n' } } }, [crm], policy({ consent: 'personalize.content' })),
    ).toEqual([]);
  });

  it('hears about one address and not about another', () => {
    const asserted = {
      ...marketing({ email: 'y' }),
      idSpecific: { email: { 'ann@example.com': marketing({ email: 'n' }) } },
    };
    expect(lastRouted(asserted, [crm, ann, bob])).toEqual(['CRMID:1', 'Email:bob@example.com']);
  });

  it('hears about an address that consents by itself, and about nothing else', () => {
    const asserted = { idSpecific: { Email: { 'bob@example.com': marketing({ email: 'y' }) } } };
    expect(lastRouted(asserted, [crm, ann, bob])).toEqual(['Email:bob@example.com']);
  });

  it('hears of nothing specific where the person has opted out', () => {
    const specific = { idSpecific: { Email: { 'bob@example.com': marketing({ email: 'y' }) } } };
    expect(lastRouted({ ...marketing({ email: 'n' }), ...specific }, [bob])).toEqual([]);
    expect(lastRouted({ ...marketing({ any: 'n' }), ...specific }, [bob])).toEqual([]);
  });

  it('knows an address behind its hash', () => {
    const hashed = { namespace: 'Email_LC_SHA256', value: hashEmail('ann@example.com') };
    const asserted = {
      ...marketing({ email: 'y' }),
      idSpecific: { Email: { 'Ann@Example.com': marketing({ email: 'n' }) } },
    };
    expect(lastRouted(asserted, [hashed, device])).toEqual(['ECID:2']);
  });

  it('goes by a device that limits tracking', () => {
    const asserted = { adID: { val: 'y' }, idSpecific: { ECID: { 2: { adID: { val: 'n' } } } } };
    expect(lastRouted(asserted, [device, crm], policy({ consent: 'adID' }))).toEqual(['CRMID:1']);
  });
});
