import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from '#cli/local/vendor-server/faults.ts';
import type { MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import type { ItemResult } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { SentTexts } from '#core/activation/ports/sent-texts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { runs } from '#tests/harness/runs.ts';
import { NOW } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';
import {
  type AnyRequestType,
  type ConformanceWorld,
  conformanceWorld,
  isOver,
  sendAll,
  type WorldOfTexts,
} from './conformance-world.ts';

const response = (status: number, body = '', more: object = {}): HttpOutcome => ({
  kind: 'response',
  status,
  body,
  ...more,
});
const HTML = '<html><body>Welcome to the portal</body></html>';

/** Lines after which nobody knows whether the vendor has a text; some of them have passed it on. */
const OPEN: Readonly<Record<string, Line>> = {
  'a timeout after it was carried out': (_request, pass) => {
    pass();
    return { kind: 'timeout' };
  },
  'a timeout before the request arrived': () => ({ kind: 'timeout' }),
  'a line that breaks after it was carried out': (_request, pass) => {
    pass();
    return { kind: 'network', code: 'ECONNRESET' };
  },
  'a server error': () => response(500, 'oops'),
  'a server error that came too late': (_request, pass) => {
    pass();
    return response(502, HTML);
  },
  'no time just now': (_request, pass) => {
    pass();
    return response(503, '', { retryAfterMs: 30_000 });
  },
  'HTML with a status of success': (_request, pass) => {
    pass();
    return response(200, HTML);
  },
  'an answer that was cut off': (_request, pass) => {
    const outcome = pass();
    return outcome.kind === 'response' ? { ...outcome, body: outcome.body.slice(0, 9) } : outcome;
  },
};

/** Lines after which the vendor certainly has nothing. */
const REJECTING: Readonly<Record<string, Line>> = {
  'no connection': () => ({ kind: 'network', code: 'ECONNREFUSED' }),
  'no such host': () => ({ kind: 'network', code: 'EAI_AGAIN' }),
  'too many requests': () => response(429),
  'too many requests, with a time': () => response(429, '', { retryAfterMs: 30_000 }),
};

const entered = (segmentId: string, at: number, by: 'data' | 'time' = 'data'): MembershipChange => ({
  segmentId,
  status: 'realized',
  lastQualificationTime: at,
  entry: { by, at },
});
const left = (segmentId: string, at: number): MembershipChange => ({
  segmentId,
  status: 'exited',
  lastQualificationTime: at,
});
const isPost: (line: Line) => Line = (line) => (request, pass) =>
  request.method === 'POST' ? line(request, pass) : pass();
const reasonsOf = (results: readonly ItemResult[]): string[] =>
  results.map((result) => (result.delivered ? 'delivered' : `${result.errorClass} ${result.reason}`));

/** What every type does that sends texts to people (docs/destinations/texts.md). */
export function textSuite(type: AnyRequestType, conformance: Conformance): void {
  const { person } = conformance;
  const world = (invalid: readonly number[] = [], texts?: WorldOfTexts, settings: object = {}): ConformanceWorld =>
    conformanceWorld(
      type,
      { ...conformance, destination: { ...conformance.destination, ...settings } },
      invalid,
      texts,
    );
  const textsOf = (to: ConformanceWorld) => to.vendor.texts!().map((text) => `${text.to} ${text.body}`);
  const entry = (to: ConformanceWorld, n: number, segmentId = 'A1', at = NOW): ProfileDelivery =>
    to.delivery(n, [entered(segmentId, at)])!;

  describe(`a type that sends texts: ${type.name}`, () => {
    it('is declared in full', () => {
      const { title, summary, setUp, category } = type;
      expect([title, summary, ...setUp].every((text) => text.trim().length > 1)).toBe(true);
      expect(category).toBe('sms');
      for (const key of Object.keys(conformance.secret)) expect(Object.keys(type.credentials)).toContain(key);
      expect(type.capabilities).toMatchObject({ exit: false, backfill: false });
      expect(type.consents!(world().destination)).toContain('marketing.sms');
    });

    it('sends the text of the audience to everybody who enters it, and nothing to who leaves', async () => {
      const to = world();
      const both = to.delivery(1, [entered('A1', NOW), entered('A2', NOW)])!;
      const exit = to.delivery(2, [left('A1', NOW)])!;
      expect(await sendAll(to, [entry(to, 0), both, exit])).toEqual(Array(3).fill({ delivered: true }));
      expect(textsOf(to)).toEqual([`${person(0)} A1 Person 0`, `${person(1)} A1 Person 1`, `${person(1)} A2 Person 1`]);
    });

    it('sends nothing to whom has not just entered: backfill, renewal, update, resend, replay', async () => {
      const to = world();
      const change: MembershipChange = { segmentId: 'A1', status: 'realized', lastQualificationTime: NOW };
      const results = await sendAll(to, [to.delivery(0, [change])!, to.delivery(1, [{ ...change, existing: true }])!]);
      expect(reasonsOf(results)).toEqual(['skip notAnEntry', 'skip notAnEntry']);
      expect(textsOf(to)).toEqual([]);
    });

    it('sends a text because of time only where that is wanted', async () => {
      const [to, timed] = [world(), world([], undefined, { timedEntries: true })];
      const delivery = to.delivery(0, [entered('A1', NOW, 'time')])!;
      expect(reasonsOf(await sendAll(to, [delivery]))).toEqual(['skip enteredByTime']);
      expect(reasonsOf(await sendAll(timed, [delivery]))).toEqual(['delivered']);
    });

    it('sends a text once, however often the same entry comes, under whichever of the numbers of a person', async () => {
      const to = world();
      await sendAll(to, [entry(to, 0), entry(to, 0)]);
      const merged = { ...entry(to, 0), identities: [...entry(to, 1).identities, ...entry(to, 0).identities] };
      expect(reasonsOf(await sendAll(to, [entry(to, 0), merged]))).toEqual(Array(2).fill('skip alreadyTexted'));
      const ofAnother = { ...entry(to, 0), canonicalKey: 'CRMID:somebody-else', revision: 9 };
      expect(reasonsOf(await sendAll(to, [ofAnother]))).toEqual(['skip alreadyTexted']);
      expect(textsOf(to)).toEqual([`${person(0)} A1 Person 0`]);
    });

    it('sends another text for another entry', async () => {
      const to = world();
      await sendAll(to, [entry(to, 0)]);
      to.pass(MINUTE_MS);
      await sendAll(to, [entry(to, 0, 'A1', NOW + MINUTE_MS)]);
      expect(textsOf(to)).toHaveLength(2);
    });

    it('is asked for a text once a request, on a connection that repeats nothing', async () => {
      const to = world();
      await sendAll(to, [entry(to, 0), entry(to, 1)]);
      const posts = to.requests.filter(({ method }) => method === 'POST');
      expect(posts.map(({ once }) => once)).toEqual([true, true]);
    });

    it('sends no more texts to a number on a day than wanted', async () => {
      const to = world([], undefined, { perDay: 1 });
      const results = await sendAll(to, [entry(to, 0, 'A1'), entry(to, 0, 'A2'), entry(to, 1, 'A2')]);
      expect(reasonsOf(results)).toEqual(['delivered', 'skip perDay', 'delivered']);
      to.pass(DAY_MS);
      expect(reasonsOf(await sendAll(to, [entry(to, 0, 'A2', NOW + DAY_MS)]))).toEqual(['delivered']);
    });

    it('waits until quiet hours are over, and looks then whether the person still wants it', async () => {
      const texts: WorldOfTexts = { sent: (now) => new MemorySentTexts({ now }), optedOut: [] };
      const local = new Date(NOW).toISOString().slice(11, 13);
      const quiet = { from: `${local}:00`, to: `${String((Number(local) + 8) % 24).padStart(2, '0')}:00` };
      const to = world([], texts, { quietHours: quiet });
      const [waiting] = await to.send([entry(to, 0)]);
      expect(waiting).toMatchObject({ errorClass: 'wait', reason: 'quiet-hours' });
      expect(to.requests).toEqual([]);
      expect(reasonsOf(await sendAll(to, [entry(to, 0)]))).toEqual(['delivered']);
      expect(to.now()).toBeGreaterThanOrEqual(Math.floor(NOW / HOUR_MS) * HOUR_MS + 8 * HOUR_MS);
      texts.stillWanted = () => 'notPermittedMeanwhile';
      expect(reasonsOf(await sendAll(to, [entry(to, 1, 'A1', to.now())]))).toEqual(['skip notPermittedMeanwhile']);
      expect(textsOf(to)).toHaveLength(1);
    });

    it('sends no entry that is too old, such as one out of a dead letter that is replayed', async () => {
      const to = world();
      const old = entry(to, 0);
      to.pass(HOUR_MS + 1);
      expect(reasonsOf(await sendAll(to, [old]))).toEqual(['skip tooLate']);
      to.pass(60 * DAY_MS);
      expect(reasonsOf(await sendAll(to, [old]))).toEqual(['skip tooLate']);
      expect(textsOf(to)).toEqual([]);
    });

    it.each(Object.entries(REJECTING))('sends it later where it was certainly not taken: %s', async (_, line) => {
      const to = world([], undefined, { perDay: 1 });
      to.line(isPost(line));
      const [first] = await to.send([entry(to, 0)]);
      expect(first).toMatchObject({ delivered: false });
      expect(['wait', 'retry']).toContain(!first!.delivered && first!.errorClass);
      to.line((_request, pass) => pass());
      to.pass(MINUTE_MS);
      expect(reasonsOf(await sendAll(to, [entry(to, 0)]))).toEqual(['delivered']);
      expect(textsOf(to)).toHaveLength(1);
      expect(to.unknown()).toBe(0);
    });

    it.each(Object.entries(OPEN))('never sends it again where nobody knows, but says so: %s', async (_, line) => {
      const to = world();
      to.line(isPost(line));
      const [first] = await to.send([entry(to, 0)]);
      expect(first).toMatchObject({ delivered: false, reason: 'outcome-unknown' });
      expect(to.unknown()).toBe(1);
      to.line((_request, pass) => pass());
      const taken = to.vendor.texts!().length;
      const [last] = reasonsOf(await sendAll(to, [entry(to, 0)]));
      const found = taken > 0 ? 'delivered' : 'unknown not-at-vendor';
      expect(last).toBe(conformance.texts!.lists ? found : 'unknown outcome-unknown');
      await sendAll(to, [entry(to, 0)]);
      expect(to.vendor.texts!()).toHaveLength(taken);
      expect(to.unknown()).toBe(1);
    });

    it('takes a text for unknown of which a function only said that it would send it', async () => {
      for (const isSent of [false, true]) {
        const to = world();
        to.line((_request, pass) => {
          if (isSent) pass();
          throw new Error('the function is ended');
        });
        await expect(to.send([entry(to, 0)])).rejects.toThrow('ended');
        to.line((_request, pass) => pass());
        const [meanwhile] = await to.send([entry(to, 0)]);
        expect(meanwhile).toMatchObject({ errorClass: 'wait', reason: 'outcome-unknown' });
        const [last] = await sendAll(to, [entry(to, 0)]);
        expect(last!.delivered).toBe(isSent && conformance.texts!.lists);
        expect(to.vendor.texts!()).toHaveLength(isSent ? 1 : 0);
        expect(to.unknown()).toBe(1);
      }
    });

    it('drops whom the vendor does not take, and makes a record of who has opted out there', async () => {
      const to = world([1]);
      expect(reasonsOf(await sendAll(to, [entry(to, 0), entry(to, 1)]))[1]).toMatch(/^drop /);
      to.line(() => conformance.texts!.optedOut);
      expect(reasonsOf(await sendAll(to, [entry(to, 2)]))).toEqual(['drop opted-out']);
      expect(to.texts.optedOut).toEqual([person(2)]);
      expect(textsOf(to)).toHaveLength(1);
    });

    it.each([301, 401, 403])('stops, and gives nobody up, at status %d', async (status) => {
      const to = world();
      to.line(() => response(status, HTML));
      const [result] = await to.send([entry(to, 0)]);
      expect(result).toMatchObject({ delivered: false, errorClass: 'stop' });
      to.line((_request, pass) => pass());
      expect(reasonsOf(await sendAll(to, [entry(to, 0)]))).toEqual(['delivered']);
    });

    it('excludes who has no number that can be written in E.164', () => {
      const to = world();
      const odd = { ...conformance, profile: () => ({ identities: [{ namespace: 'Phone_E.164', value: '0503' }] }) };
      expect(conformanceWorld(type, odd).delivery(0, [entered('A1', NOW)])).toBeUndefined();
      expect(to.delivery(0, [entered('A1', NOW)])!.identities[0]!.value).toBe(person(0));
    });

    it('says no secret and nobody in what is logged and counted', async () => {
      const to = world([1]);
      const reasons: string[] = [];
      const lines = [...Object.values(OPEN), ...Object.values(REJECTING)];
      for (const line of [...lines, (() => response(400, `bad: ${person(0)}`)) as Line]) {
        to.line(line);
        reasons.push(...reasonsOf(await to.send([entry(to, 0), entry(to, 1)])));
        to.pass(HOUR_MS);
      }
      const shown = [...reasons, ...to.logged].join('\n');
      for (const secret of [...Object.values(conformance.secret), person(0), person(1)]) {
        expect(shown).not.toContain(secret);
      }
    });

    it('sends no text twice and loses none without a word, whatever happens', () => property(type, conformance));
  });
}

const STEPS = ['before', 'after'] as const;
type Crash = { readonly call: 'claim' | 'settle' | 'reject' | 'get'; readonly when: (typeof STEPS)[number] };

/** A sent whose function ends at a call of it, before or after the call is carried out. */
function ending(sent: SentTexts, next: () => Crash | undefined): SentTexts {
  const wrapped =
    <A extends readonly unknown[], R>(call: Crash['call'], run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const crash = next();
      if (crash?.call === call && crash.when === 'before') throw new Error('the function is ended');
      const result = await run(...args);
      if (crash?.call === call && crash.when === 'after') throw new Error('the function is ended');
      return result;
    };
  return {
    get: wrapped('get', (keys) => sent.get(keys)),
    claim: wrapped('claim', (claim) => sent.claim(claim)),
    reject: wrapped('reject', (claim) => sent.reject(claim)),
    settle: wrapped('settle', (keys, state) => sent.settle(keys, state)),
  };
}

/**
 * Entries of a few people who share and change numbers, consents that come and go, messages that come again at any time,
 * lines and functions that end anywhere, an hour or two months later.
 */
async function property(type: AnyRequestType, conformance: Conformance): Promise<void> {
  const lines = { ...OPEN, ...REJECTING };
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('enter' as const),
        n: fc.nat(2),
        also: fc.option(fc.nat(2), { nil: undefined }),
        segmentId: fc.constantFrom('A1', 'A2'),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('consent' as const), n: fc.nat(2), given: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('pass' as const),
        ms: fc.constantFrom(1_000, MINUTE_MS, 11 * MINUTE_MS, HOUR_MS, DAY_MS, 31 * DAY_MS),
      }),
    },
  );
  const crash = fc.option(
    fc.record({
      call: fc.constantFrom('claim' as const, 'settle' as const, 'reject' as const, 'get' as const),
      when: fc.constantFrom(...STEPS),
    }),
    { freq: 2, nil: undefined },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.array(fc.option(fc.constantFrom(...Object.keys(lines)), { freq: 2, nil: undefined }), { maxLength: 20 }),
      fc.array(crash, { maxLength: 20 }),
      fc.constantFrom(0, 2 * DAY_MS),
      fc.constantFrom(1, 2, 20),
      async (steps, planned, crashes, lateBy, perDay) => {
        const consenting = new Set([0, 1, 2]);
        const numberOf = new Map([0, 1, 2].map((n) => [conformance.person(n), n]));
        const coming = [...planned];
        const ends = [...crashes];
        const sentAgainst: string[] = [];
        const texts: WorldOfTexts = {
          sent: (now) => ending(new MemorySentTexts({ now, lateBy }), () => ends.shift()),
          stillWanted: (_delivery, _change, number) =>
            consenting.has(numberOf.get(number)!) ? undefined : 'notPermittedMeanwhile',
          optedOut: [],
        };
        const settings = { ...conformance.destination, perDay, template: '{{person.name.firstName}}' };
        const to = conformanceWorld(type, { ...conformance, destination: settings }, [], texts);
        to.line((request, pass) => {
          if (request.method !== 'POST') return pass();
          const carried = () => {
            const before = to.vendor.texts!().length;
            const outcome = pass();
            const sent = to.vendor.texts!().slice(before);
            sentAgainst.push(...sent.filter((text) => !consenting.has(numberOf.get(text.to)!)).map(({ body }) => body));
            return outcome;
          };
          const name = coming.shift();
          return name === undefined ? carried() : lines[name]!(request, carried);
        });
        const queue: ProfileDelivery[] = [];
        const known: ProfileDelivery[] = [];
        const ended = new Set<string>();
        const nameOf = (delivery: ProfileDelivery): string => String(delivery.attributes['person.name.firstName']);
        const work = async (): Promise<void> => {
          for (const delivery of queue.splice(0)) {
            // What a function does not get to the end of comes again.
            const [result] = await to.send([delivery]).catch((): (ItemResult | undefined)[] => [undefined]);
            if (result && isOver(result)) ended.add(nameOf(delivery));
            else queue.push(delivery);
          }
        };
        for (const [i, each] of steps.entries()) {
          if (each.kind === 'enter') {
            const { n, also, segmentId } = each;
            const made = to.delivery(n, [entered(segmentId, to.now())], i + 1)!;
            const more =
              also === undefined || also === n ? [] : to.delivery(also, [entered(segmentId, to.now())])!.identities;
            const text = `${segmentId} entry ${i}`;
            const delivery = {
              ...made,
              identities: [...made.identities, ...more],
              attributes: { 'person.name.firstName': text },
            };
            known.push(delivery);
            queue.push(delivery);
          } else if (each.kind === 'again') {
            const again = known[each.which % Math.max(1, known.length)];
            if (again) queue.push({ ...again, revision: again.revision + 100 });
          } else if (each.kind === 'consent') {
            each.given ? consenting.add(each.n) : consenting.delete(each.n);
          } else {
            to.pass(each.ms);
          }
          await work();
        }
        for (let round = 0; queue.length > 0 && round < 60; round += 1) {
          to.pass(2 * MINUTE_MS);
          await work();
        }
        const bodies = to.vendor.texts!().map(({ body }) => body);
        expect(new Set(bodies).size).toBe(bodies.length);
        expect(sentAgainst).toEqual([]);
        expect(queue).toEqual([]);
        expect([...known.map(nameOf)].filter((name) => !ended.has(name))).toEqual([]);
      },
    ),
    runs(1, 100),
  );
}
