import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { httpBody } from '#core/activation/destinations/http/requests.ts';
import { signedRequest } from '#core/activation/destinations/http/signed-request.ts';
import { nested } from '#core/activation/http/nested.ts';
import { profilePayload } from '#core/activation/profile-payload.ts';
import { ecid, entered, exited, hashedEmail, NOW, profileDelivery } from './factories.ts';

describe('the payload of the HTTP API destination', () => {
  it('has attributes at their paths, memberships by segment and identities by namespace in lower case', () => {
    const profile = profilePayload(
      profileDelivery({
        attributes: { 'person.name.firstName': 'Ada', 'loyalty.tier': 'gold' },
        identities: [ecid(1), ecid(2), hashedEmail()],
        changes: [entered('A1'), exited('A3', NOW + 1)],
      }),
    );
    expect(profile).toEqual({
      person: { name: { firstName: 'Ada' } },
      loyalty: { tier: 'gold' },
      segmentMembership: {
        ups: {
          A1: { status: 'realized', lastQualificationTime: '2026-03-01T10:00:00.000Z' },
          A3: { status: 'exited', lastQualificationTime: '2026-03-01T10:00:00.001Z' },
        },
      },
      identityMap: {
        ecid: [{ id: ecid(1).value }, { id: ecid(2).value }],
        email_lc_sha256: [{ id: hashedEmail().value }],
      },
    });
  });

  it('lets no attribute take the place of memberships or identities', () => {
    const profile = profilePayload(
      profileDelivery({ attributes: { identityMap: 'x', 'segmentMembership.ups.A9': 'y' } }),
    );
    expect(profile.identityMap).toEqual({ crmid: [{ id: 'C1' }] });
    expect(Object.keys(profile.segmentMembership.ups)).toEqual(['A1']);
  });

  it('keeps several tellings in order', () => {
    const body = httpBody([profileDelivery(), profileDelivery({ changes: [exited('A1')] })]);
    const { profiles } = JSON.parse(body) as { profiles: { segmentMembership: { ups: { A1: { status: string } } } }[] };
    expect(profiles.map(({ segmentMembership }) => segmentMembership.ups.A1.status)).toEqual(['realized', 'exited']);
  });
});

describe('nesting of dotted paths', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('.'));

  const read = (value: unknown, names: readonly string[]): unknown =>
    names.reduce((at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key], value);

  it('puts every value at its path, unless another path ends on the way there', () => {
    fc.assert(
      fc.property(fc.dictionary(path, fc.integer()), (values) => {
        const result = nested(values);
        for (const [at, value] of Object.entries(values)) {
          const isCovered = Object.keys(values).some((other) => other !== at && at.startsWith(`${other}.`));
          if (!isCovered) expect(read(result, at.split('.'))).toBe(value);
        }
      }),
    );
  });

  it('joins an object and a value inside it, and changes neither of those it was given', () => {
    const tier = { name: 'gold' };
    expect(nested({ loyalty: tier, 'loyalty.points': 5 })).toEqual({ loyalty: { name: 'gold', points: 5 } });
    expect(tier).toEqual({ name: 'gold' });
  });

  it('does not reach into the prototype', () => {
    nested({ '__proto__.polluted': true, 'constructor.prototype.polluted': true });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('signed requests', () => {
  const request = signedRequest('https://hooks.example.com/x', '{"profiles":[]}', 'secret', NOW + 999);

  it('signs time and body together', () => {
    const seconds = NOW / 1000;
    const mac = createHmac('sha256', 'secret').update(`${seconds}.{"profiles":[]}`).digest('hex');
    expect(request.headers['x-tributary-signature']).toBe(`t=${seconds},v1=${mac}`);
  });

  it('names the same delivery the same at another time, and another one differently', () => {
    const delivery = 'x-tributary-delivery';
    const later = signedRequest(request.url, request.body, 'secret', NOW + 60_000);
    const other = signedRequest(request.url, httpBody([profileDelivery()]), 'secret', NOW);
    expect(later.headers[delivery]).toBe(request.headers[delivery]);
    expect(other.headers[delivery]).not.toBe(request.headers[delivery]);
  });

  it('waits two seconds for an answer', () => expect(request.timeoutMs).toBe(2_000));
});
