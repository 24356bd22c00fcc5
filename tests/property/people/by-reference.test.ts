import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES } from '#core/api/management/families.ts';
import { REFERENCE_ROUTES } from '#core/api/people/by-reference.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { SCOPES } from '#core/contract/scopes.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { NOW } from '#tests/harness/management/management.ts';
import { createPeople } from '#tests/harness/management/people.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

/** Stands in every value of a person, and in names of fields that no schema has. */
const CANARY = 'canary-7d31';
const OTHER = 'canary-other';

/** Values as strange as senders send them. */
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => CANARY + text.toWellFormed()),
  fc.constantFrom(`<img src=x onerror="${CANARY}">`, `__proto__${CANARY}`, `${CANARY}\u202e`, `${CANARY}.${CANARY}`),
);
const entity = fc.record({
  loyalty: fc.record({ tier: odd, memberId: odd }),
  person: fc.record({ name: fc.record({ lastName: odd }) }),
  consents: fc.record({ idSpecific: fc.dictionary(odd, fc.record({ val: odd }), { maxKeys: 2 }) }),
  extra: fc.dictionary(odd, odd, { maxKeys: 2 }),
});
const happened = fc.record({ _id: odd, eventType: odd, commerce: fc.record({ note: odd }), tags: fc.array(odd) });
const person = fc.record({
  own: fc.array(entity, { minLength: 1, maxLength: 3 }),
  events: fc.array(happened, { maxLength: 3 }),
});

const addressOf = (path: string, reference: string, id: string): string =>
  `${FAMILIES.profiles.base}${path.replace('{reference}', reference).replace('{id}', id)}${path === '' ? `?audience=${id}` : ''}`;

type Sent = typeof person extends fc.Arbitrary<infer T> ? T : never;

describe('people by reference', () => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await exampleDefinitions();
  });

  async function peopleWith({ own, events }: Sent) {
    const people = createPeople(catalog);
    await people.ingest([
      ...own.map((value, i) => attributes(NOW - 1_000 - i, `CRMID:${CANARY}`, value)),
      ...events.map((value, i) => event(NOW - 500 - i, [`CRMID:${CANARY}`, ecid(1)], value)),
      attributes(NOW - 10, `CRMID:${OTHER}`, { loyalty: { tier: OTHER }, person: { name: { lastName: OTHER } } }),
      attributes(NOW - 9, 'CRMID:gold', { loyalty: { tier: 'gold' }, person: { name: { lastName: CANARY } } }),
    ]);
    return people;
  }

  it('show no value, no identity and no name of a field of their own to who may see what there is and not which', async () => {
    await fc.assert(
      fc.asyncProperty(person, async (sent) => {
        const people = await peopleWith(sent);
        const reference = await people.referenceOf('CRMID', CANARY);
        people.actAs(['profile:read:masked']);
        for (const { method, path, scope } of REFERENCE_ROUTES) {
          if (scope !== 'profile:read') continue;
          const id = path.includes('/destinations/') ? 'webhook' : 'gold-and-silver';
          const { status, body } = await people.call(
            method,
            addressOf(path, reference, id),
            method === 'POST' ? { namespace: 'CRMID', value: CANARY } : undefined,
          );
          expect([path, status]).toEqual([path, 200]);
          expect(JSON.stringify(body)).not.toContain(CANARY);
        }
      }),
      runs(0.3, 10),
    );
  });

  it('show nothing of anybody else, and what is no reference of theirs shows nobody', async () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }).map((text) => encodeURIComponent(text.toWellFormed())),
      fc.base64String({ minLength: 40, maxLength: 120 }).map((text) => `p_${text.replaceAll(/[+/=]/g, '-')}`),
      fc.constantFrom('CRMID:RB-1', '__proto__', 'p_', `p_${'a'.repeat(3_000)}`),
    );
    await fc.assert(
      fc.asyncProperty(person, texts, fc.nat(), async (sent, text, at) => {
        const people = await peopleWith(sent);
        const reference = await people.referenceOf('CRMID', CANARY);
        const letter = 2 + (at % (reference.length - 3));
        const changed = `${reference.slice(0, letter)}${reference[letter] === 'A' ? 'B' : 'A'}${reference.slice(letter + 1)}`;
        const hostileId = text.slice(0, 2_000) || 'x';
        for (const { method, path } of REFERENCE_ROUTES) {
          if (!path.startsWith('/{reference}')) continue;
          const link = { a: hostileId, b: reference, reason: 'x' };
          const body = method === 'POST' ? link : undefined;
          const own =
            method === 'DELETE' ? undefined : await people.call(method, addressOf(path, reference, 'webhook'), body);
          expect(own?.status ?? 0).toBeLessThan(500);
          expect(JSON.stringify(own?.body ?? '')).not.toContain(OTHER);
          for (const hostile of [text, changed]) {
            const answer = await people.call(method, addressOf(path, hostile || 'x', 'webhook'), body);
            expect([path, answer.status]).toEqual([path, 404]);
            expect(JSON.stringify(answer.body)).not.toContain('canary');
          }
        }
      }),
      runs(0.3, 10),
    );
  });

  it('are shown to nobody without a scope for it: every route with every scope', async () => {
    const people = await peopleWith({ own: [], events: [] });
    const before = (await people.reads()).length;
    for (const { method, path, scope: needed } of REFERENCE_ROUTES) {
      for (const [name, kind] of Object.entries(SCOPES)) {
        if (name === needed) continue;
        people.actAs(['isNeeded' in kind ? `${name}:*` : name]);
        const { status, body } = await people.call(method, addressOf(path, 'p_x', 'webhook'), {
          namespace: 'CRMID',
          value: OTHER,
        });
        expect([path, name, status]).toEqual([path, name, 403]);
        expect(JSON.stringify(body)).not.toContain('canary');
      }
    }
    expect(await people.reads()).toHaveLength(before);
  });
});
