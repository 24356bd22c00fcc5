import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noDeliveryState } from '#core/activation/delivery-state.ts';
import { routeItem } from '#core/activation/route.ts';
import { BUILT_IN_MERGE_POLICY } from '#core/catalog/compile-people.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { Profile } from '#core/profile/profiles.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { runs } from '#tests/harness/runs.ts';
import { compiledWith, destination, type Files, ON } from './factories.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const KEY = 'CRMID:1';
const EMAIL = 'Email:ann@example.com';

const person = (consents?: unknown): Profile => ({
  key: KEY,
  identities: [KEY, EMAIL],
  view: { xEvent: [], ...(consents === undefined ? {} : { consents }) },
  optedOut: false,
  regionsOf: () => undefined,
});
const gold: MembershipItem = {
  ...noMemberships(KEY),
  profiles: { [KEY]: { digest: '', segments: { gold: { status: 'realized', lastQualificationTime: NOW } } } },
};
const decision = { canonicalKey: KEY, revision: 1, decidedAt: NOW };

const personsOf = (consents: unknown) => [
  { policy: { mergePolicy: BUILT_IN_MERGE_POLICY }, profiles: [person(consents)] },
];

/** What destinations are told about a golden person, and what they are not and why. */
function lastRouted(files: Files, consents?: unknown, before = noDeliveryState(KEY)) {
  const { route } = stageSettings(compiledWith({ 'destinations/mail.yaml': MAIL, ...files }));
  const { deliveries, after } = routeItem(personsOf(consents), gold, before, route, decision);
  const news = deliveries.map(({ laneId, delivery }) => {
    const ids = delivery.kind === 'aam-edge' ? [] : delivery.identities.map(({ namespace }) => namespace);
    return `${laneId} ${ids.join('+')} ${delivery.changes.map(({ status }) => status).join()}`;
  });
  return { news, after, excluded: after.destinations.mail?.excluded ?? {} };
}

const MAIL = destination('mail', 'marketingActions: [emailTargeting]', '[CRMID, Email]');
const FORBIDDEN = { ...ON, 'labels/l.yaml': 'schema: people\nfields: { loyalty.tier: [C5] }\n' };
const CONSENT = {
  'consent-policies/mail.yaml': 'id: ask-first\nmarketingActionRefs: [emailTargeting]\nchannel: email\n',
};
const says = (val: string) => ({ marketing: { email: { val } } });

describe('sending', () => {
  it('goes on where nothing forbids it, and says nothing about exclusions', () => {
    expect(lastRouted({})).toMatchObject({ news: ['mail CRMID+Email realized'], excluded: {} });
  });

  it('fails closed: what a policy forbids is not sent although the catalog is active, and counted by policy', () => {
    expect(lastRouted(FORBIDDEN)).toMatchObject({
      news: [],
      excluded: { 'policy:core-emailTargeting': [`${KEY}|gold`] },
    });
  });

  it('takes back what was told before a policy forbade it', () => {
    const { after } = lastRouted({});
    expect(lastRouted(FORBIDDEN, undefined, after).news).toEqual(['mail CRMID+Email exited']);
  });

  it('goes to those only who consent under every policy that matches', () => {
    expect(lastRouted(CONSENT, says('y')).news).toEqual(['mail CRMID+Email realized']);
    expect(lastRouted(CONSENT, says('p'))).toMatchObject({
      news: [],
      excluded: { 'consent:ask-first': [`${KEY}|gold`] },
    });
    const both = { ...CONSENT, 'consent-policies/share.yaml': 'id: sharing\nconsent: share\n' };
    expect(lastRouted(both, says('y')).excluded).toEqual({ 'consent:sharing': [`${KEY}|gold`] });
    expect(lastRouted(both, { ...says('y'), share: { val: 'y' } }).news).toHaveLength(1);
  });

  it('goes to nobody where no profile carries the consent', () => {
    expect(lastRouted(CONSENT)).toMatchObject({ news: [], excluded: { 'consent:ask-first': [`${KEY}|gold`] } });
  });

  it('sends removals when a consent is withdrawn, and entries when it is given again', () => {
    const entered = lastRouted(CONSENT, says('y'));
    const withdrawn = lastRouted(CONSENT, says('n'), entered.after);
    expect(withdrawn.news).toEqual(['mail CRMID+Email exited']);
    expect(lastRouted(CONSENT, says('y'), withdrawn.after).news).toEqual(['mail CRMID+Email realized']);
  });

  it('leaves out an identity that does not consent, and takes it back', () => {
    const entered = lastRouted(CONSENT, says('y'));
    const specific = { ...says('y'), idSpecific: { Email: { 'ann@example.com': says('n') } } };
    const { news, excluded } = lastRouted(CONSENT, specific, entered.after);
    expect(news).toContain('mail Email exited');
    expect(news).not.toContain('mail CRMID exited');
    expect(excluded).toEqual({ 'consent:ask-first': [`${EMAIL}|gold`] });
  });

  it.each([
    ['disabled', 'status: DISABLED\n'],
    ['a draft', 'status: DRAFT\n'],
    ['about another destination', 'destinations: [other]\n'],
  ])('does not ask where the policy is %s', (_, more) => {
    const files = {
      'destinations/other.yaml': destination('other'),
      'consent-policies/mail.yaml': `id: ask-first\nchannel: email\n${more}`,
    };
    expect(lastRouted(files).news).toContain('mail CRMID+Email realized');
  });

  it('decides about everybody again when a decision of the catalog changes', () => {
    const digest = (files: Files): unknown => stageSettings(compiledWith(files)).evaluation.mappedAttributes(person());
    expect(digest(CONSENT)).toEqual(digest(CONSENT));
    expect(digest(CONSENT)).not.toEqual(digest({}));
    expect(digest(CONSENT)).not.toEqual(digest({ ...CONSENT, ...FORBIDDEN }));
    const asked = stageSettings(compiledWith(CONSENT)).evaluation;
    expect(asked.mappedAttributes(person(says('y')))).not.toEqual(asked.mappedAttributes(person(says('n'))));
  });

  it('never tells anybody who has not consented, whatever was told and said before', () => {
    const consents = fc.constantFrom(undefined, 'y', 'n', 'u', 'dy').map((val) => val && says(val));
    const files = fc.constantFrom<Files>({}, CONSENT, FORBIDDEN, { ...CONSENT, ...FORBIDDEN });
    const compiled = new Map<Files, ReturnType<typeof stageSettings>>();
    fc.assert(
      fc.property(fc.array(fc.tuple(consents, files), { minLength: 1, maxLength: 6 }), (steps) => {
        let deliveryState = noDeliveryState(KEY);
        for (const [asserted, catalog] of steps) {
          const settings =
            compiled.get(catalog) ?? stageSettings(compiledWith({ 'destinations/mail.yaml': MAIL, ...catalog }));
          compiled.set(catalog, settings);
          deliveryState = routeItem(
            personsOf(asserted || undefined),
            gold,
            deliveryState,
            settings.route,
            decision,
          ).after;
          const isAsked = 'consent-policies/mail.yaml' in catalog;
          const isForbidden = 'labels/l.yaml' in catalog;
          const may = !isForbidden && (!isAsked || ['y', 'dy'].includes((asserted || says('')).marketing.email.val));
          const knows = Object.values(deliveryState.destinations.mail?.lastRouted ?? {}).map(
            ({ gold: one }) => one?.status,
          );
          expect(knows.includes('realized')).toBe(may);
          expect(knows.includes('exited') && may).toBe(false);
        }
      }),
      runs(0.3, 60),
    );
  });
});
