import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOfDelivery } from '#core/activation/deliver/jobs.ts';
import { deliveryError, mergedErrors, profileReference, referenceKey } from '#core/activation/errors/delivery-error.ts';
import { maskedIdentity, maskedWords } from '#core/activation/errors/mask-words.ts';
import { createErrorRecorder } from '#core/activation/errors/record-errors.ts';
import { failed } from '#core/activation/item-results.ts';
import { createRequestSender } from '#core/activation/request-sender.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { mailer } from '#tests/contract/mailer.ts';
import { identity, NO_RATE_LIMIT, NOW, ok, profileDelivery } from './factories.ts';

const delivery = (value: string, attributes: Record<string, unknown> = {}) =>
  profileDelivery({ identities: [identity('Email', value)], attributes });

describe("a vendor's words about a person", () => {
  it.each([
    ['Invalid email: ada.okafor@example.com', 'Invalid email: ***'],
    ['ADA.OKAFOR@EXAMPLE.COM is bad; see also bob@example.org', '*** is bad; see also ***'],
    ['email=ada.okafor%40example.com rejected', 'email=*** rejected'],
    ['phone +1 (503) 555-0142 has no owner', 'phone *** has no owner'],
    ['member 509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a', 'member ***'],
    ['last name "Okafor" too short', 'last name "***" too short'],
    ['INVALID_MOBILE_ID_FORMAT at user_identifiers', 'INVALID_MOBILE_ID_FORMAT at user_identifiers'],
    ['row 3 of 10: no such list', 'row 3 of 10: no such list'],
    ['a\u001b[31mred\u0000\n\tline\u202e', 'a [31mred line'],
  ])('say what is wrong and not of whom: %j', (words, expected) => {
    const about = delivery('ada.okafor@example.com', { person: { name: { lastName: 'Okafor' } } });
    expect(maskedWords(words, about)).toBe(expected);
  });

  it('never hold an identity or attribute of the person, however it is written', () => {
    const telling = fc.oneof(
      fc.emailAddress(),
      fc
        .string({ minLength: 3, maxLength: 40, unit: 'grapheme' })
        .filter((text) => text.normalize().trim().length >= 3),
      fc.stringMatching(/^\+?[0-9]{6,15}$/),
      fc.uuid(),
    );
    const writing = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase().toLowerCase(),
      (text: string) => encodeURIComponent(text),
      (text: string) => JSON.stringify(text),
      (text: string) => `<b>${text}</b>`,
    );
    fc.assert(
      fc.property(telling, telling, writing, fc.string(), fc.string(), (value, other, write, before, after) => {
        fc.pre(!/\*|^\s*$/.test(value + other));
        const about = delivery(value, { a: { b: [other] } });
        const masked = maskedWords(`${before}${write(value)} ${write(other)}${after}`, about).toLowerCase();
        for (const each of [value, other]) {
          const text = each.normalize().trim().toLowerCase();
          // What the words around it say anyway is no news about the person.
          fc.pre(!`${before} ${after}`.normalize().toLowerCase().includes(text));
          fc.pre(![value, other].some((whole) => whole !== each && whole.toLowerCase().includes(text)));
          expect(masked).not.toContain(text);
        }
      }),
    );
  });

  it('are short, however much a vendor says', () => {
    for (const word of ['@', 'a', '1 ', '%40', 'a@', 'a.b-']) {
      expect(maskedWords(word.repeat(200_000), delivery('x@y.example')).length).toBeLessThanOrEqual(240);
    }
  });

  it('name an identity by its namespace and first letter, and a short one not even so', () => {
    expect(maskedIdentity(identity('CRMID', 'C00042'))).toBe('CRMID:C***');
    expect(maskedIdentity(identity('CRMID', 'C42'))).toBe('CRMID:***');
  });
});

describe('a delivery whose result comes later', () => {
  it('is remembered without what the vendor said of the person', async () => {
    const vendorState = createMemoryVendorState(() => NOW);
    const said = 'no such person: ada@example.com';
    const type = {
      ...mailer,
      rows: () => [
        { call: 'job', row: 1 },
        { call: 'rejects', row: 2 },
      ],
      request: () => ({ method: 'POST', url: 'https://mail.example.com/', timeoutMs: 1, headers: {}, body: '' }),
      answer: (_outcome: unknown, _rows: unknown, call: unknown) =>
        call === 'job'
          ? { kind: 'job', job: 'j', againInMs: 1 }
          : { kind: 'all', result: failed('drop', 'unknown', { detail: said }) },
    };
    const send = createRequestSender({
      catalog: {
        current: async () => ({ destinations: new Map([['mailer', mailer.example]]) }),
      } as never,
      http: async () => ok(),
      secrets: async () => '{"bearerToken":"t"}',
      rateLimit: NO_RATE_LIMIT,
      vendorState,
      now: () => NOW,
      logFailure: () => {},
      typeOf: () => type as never,
    });
    const about = delivery('ada@example.com');
    const options = { isBack: false, patience: { leftMs: 0 }, begin: async () => {} };
    expect(await send('mailer', [about], options)).toMatchObject([{ reason: 'submitted' }]);
    const [submission] = (await vendorState.submissions.get([keyOfDelivery(about)])).values();
    expect(submission!.failure).toMatchObject({ reason: 'unknown', detail: 'no such person: ***' });
  });
});

describe('errors of a destination', () => {
  it('refer to a profile so that only the key tells whose it is', () => {
    const [key, other] = ['{"signingKey":"a"}', '{"signingKey":"b"}'].map((text) => referenceKey(JSON.parse(text))!);
    expect(profileReference('CRMID:C1', key!)).toBe(profileReference('CRMID:C1', key!));
    expect(profileReference('CRMID:C1', key!)).not.toBe(profileReference('CRMID:C1', other!));
    expect(profileReference('CRMID:C1', key!)).not.toBe(profileReference('CRMID:C2', key!));
    expect(referenceKey({})).toBeUndefined();
    expect(deliveryError(delivery('a@b.example'), failed('stop', 'secret-not-there'), NOW, undefined).profile).toBe(
      '-',
    );
  });

  it('of one person and reason are one, counted, the newest first', () => {
    const at = (time: number, reason = 'r') =>
      deliveryError(delivery('a@b.example'), failed('drop', reason), time, 'key');
    const [first, second] = mergedErrors([at(3), at(1), at(2, 'other'), at(5, 'newest')]).filter(
      ({ reason }) => reason !== 'other',
    );
    expect(first).toMatchObject({ reason: 'newest', times: 1 });
    expect(second).toMatchObject({ reason: 'r', first: 1, last: 3, times: 2 });
  });

  it('are noted of who failed and not of who waits; a store that is away stops nothing', async () => {
    const deliveryErrors = new MemoryDeliveryErrors();
    const logged: unknown[] = [];
    const deps = {
      secrets: async () => 'key',
      now: () => NOW,
      logFailure: (...all: unknown[]) => void logged.push(all),
    };
    const one = delivery('ada@example.com');
    await createErrorRecorder({ ...deps, deliveryErrors })('d', [
      { delivery: one, failure: failed('wait', 'held-back') },
      { delivery: one, failure: failed('drop', 'bad', { detail: 'no ada@example.com here' }) },
    ]);
    const [kept, ...more] = await deliveryErrors.list('d', NOW, NOW);
    expect(more).toEqual([]);
    expect(kept).toMatchObject({
      reason: 'bad',
      errorClass: 'drop',
      detail: 'no *** here',
      identities: ['Email:a***'],
    });
    const away = { add: async () => Promise.reject(new Error('away')), list: async () => [] };
    await createErrorRecorder({ ...deps, deliveryErrors: away })('d', [
      { delivery: one, failure: failed('drop', 'bad') },
    ]);
    expect(logged).toHaveLength(1);
  });
});
