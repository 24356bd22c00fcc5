import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULTS, type Line, lineOf, ODDITIES } from '#cli/local/vendor-server/faults.ts';
import { respond } from '#cli/local/vendor-server/vendor.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { ReportedSize } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { runs } from '#tests/harness/runs.ts';
import { NOW } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';
import {
  type AnyRequestType,
  type ConformanceWorld,
  conformanceWorld,
  fetchesTokens,
  identifiersOf,
  sendAll,
} from './conformance-world.ts';
import { deletionSuite } from './deletion-suite.ts';

/** Faults that a receiver which says nothing but 2xx can't be told from success. */
const READ_AS_SUCCESS = ['html', 'cut-off'];

/** What every type does that is sent requests (docs/destinations/adding.md). */
export function conformanceSuite(type: AnyRequestType, conformance: Conformance): void {
  const { person } = conformance;
  const world = (invalid: readonly number[] = []): ConformanceWorld => conformanceWorld(type, conformance, invalid);
  const members = (...people: readonly (readonly [number, string])[]): Set<string> =>
    new Set(people.flatMap(([n, segmentId]) => identifiersOf(conformance, n).map((each) => `${each}|${segmentId}`)));
  const faults = Object.entries(FAULTS)
    .filter(([name]) => !(conformance.anySuccessCounts && READ_AS_SUCCESS.includes(name)))
    .map(([, { title, line }]): [string, Line] => [title, line]);
  const oddities = [
    ...Object.values(ODDITIES).map(({ title, line }) => [title, line as Line] as const),
    ...Object.entries(conformance.oddities ?? {}),
  ];

  deletionSuite(type, conformance, faults);

  describe(`a type that is sent requests: ${type.name}`, () => {
    it('is declared in full', () => {
      const { title, summary, setUp, name } = type;
      expect([title, summary, ...setUp].every((text) => text.trim().length > 1)).toBe(true);
      expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
      for (const key of Object.keys(conformance.secret)) expect(Object.keys(type.credentials)).toContain(key);
    });

    it.runIf(type.size)('says how many are in an audience, and why where it does not', async () => {
      const to = world();
      const people = Array.from({ length: 40 }, (_, n) => n);
      await sendAll(
        to,
        people.map((n) => to.entry(n)),
      );
      const kinds = type.size!.kinds?.(to.destination) ?? [''];
      const counted = await Promise.all(kinds.map(async (kind) => to.size({ segmentId: 'A1', kind })));
      const sum = (name: keyof ReportedSize): number =>
        counted.reduce((total, each) => total + ('delivered' in each ? 0 : (each[name] ?? 0)), 0);
      const held = to.vendor.members().size;
      expect([sum('atLeast') <= held, sum('atMost') >= held, sum('atMost') > 0]).toEqual([true, true, true]);
      for (const [, line] of faults) {
        const faulty = world();
        await sendAll(faulty, [faulty.entry(0)]);
        faulty.line(line);
        const said = await faulty.size({ segmentId: 'A1', kind: kinds[0]! });
        expect('delivered' in said ? said.errorClass : said).toSatisfy(
          (each: unknown) => typeof each === 'string' || Object.keys(each as object).length === 0,
        );
      }
    });

    it('has those in an audience who entered it, and not those who left', async () => {
      const to = world();
      expect(
        await sendAll(
          to,
          [0, 1, 2].map((n) => to.entry(n)),
        ),
      ).toEqual(Array(3).fill({ delivered: true }));
      expect(to.vendor.members()).toEqual(members([0, 'A1'], [1, 'A1'], [2, 'A1']));
      expect(await sendAll(to, [to.exit(1)])).toEqual([{ delivered: true }]);
      const left = type.capabilities.exit ? members([0, 'A1'], [2, 'A1']) : members([0, 'A1'], [1, 'A1'], [2, 'A1']);
      expect(to.vendor.members()).toEqual(left);
    });

    it('keeps two audiences apart, also where a person enters one and leaves the other at once', async () => {
      const to = world();
      await sendAll(to, [to.entry(0, 'A1'), to.entry(1, 'A2')]);
      expect(to.vendor.members()).toEqual(members([0, 'A1'], [1, 'A2']));
      const both = to.delivery(
        0,
        [
          { segmentId: 'A1', status: 'exited', lastQualificationTime: NOW },
          { segmentId: 'A2', status: 'realized', lastQualificationTime: NOW },
        ],
        3,
      )!;
      expect(await sendAll(to, [both])).toEqual([{ delivered: true }]);
      const left = type.capabilities.exit ? [] : [[0, 'A1'] as const];
      expect(to.vendor.members()).toEqual(members([0, 'A2'], [1, 'A2'], ...left));
    });

    it('is sent the same rows for the same deliveries, and ends as it was where they come again', async () => {
      const [to, again] = [world(), world()];
      await sendAll(to, [to.entry(0), to.entry(1)]);
      await sendAll(again, [again.entry(0), again.entry(1)]);
      expect(again.calls).toEqual(to.calls);
      await sendAll(to, [to.entry(0), to.entry(1)]);
      expect(to.vendor.members()).toEqual(members([0, 'A1'], [1, 'A1']));
    });

    it('takes an exit of somebody it never heard of', async () => {
      const to = world();
      expect(await sendAll(to, [to.exit(0)])).toEqual([{ delivered: true }]);
      expect(to.vendor.members()).toEqual(new Set());
    });

    it('is sent no more than the limits allow: exactly as many, and one more', async () => {
      const { rows, bytes = Number.POSITIVE_INFINITY } = type.limits(world().destination);
      const most = Math.min(rows, conformance.tryLimitOf ?? rows);
      for (const count of [most, most + 1]) {
        const to = world();
        const results = await sendAll(
          to,
          Array.from({ length: count }, (_, n) => to.entry(n)),
        );
        expect(results.filter(({ delivered }) => !delivered)).toEqual([]);
        expect(to.vendor.members()).toEqual(members(...Array.from({ length: count }, (_, n) => [n, 'A1'] as const)));
        for (const call of to.calls) {
          expect(call.rows.length).toBeLessThanOrEqual(rows);
          if (call.rows.length > 1) expect(Buffer.byteLength(JSON.stringify(call.rows))).toBeLessThanOrEqual(bytes + 2);
        }
      }
    });

    it.each([
      ['half of them', [1, 3, 5, 7]],
      ['one of them', [6]],
      ['all of them', [0, 1, 2, 3, 4, 5, 6, 7]],
    ])('drops those whom the vendor never takes, and delivers the others: %s', async (_, bad) => {
      const to = world(bad);
      const results = await sendAll(
        to,
        Array.from({ length: 8 }, (_, n) => to.entry(n)),
      );
      const outcome = results.map((result) => (result.delivered ? 'delivered' : result.errorClass));
      expect(outcome).toEqual(Array.from({ length: 8 }, (_, n) => (bad.includes(n) ? 'drop' : 'delivered')));
      const good = [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => !bad.includes(n));
      expect(to.vendor.members()).toEqual(members(...good.map((n) => [n, 'A1'] as const)));
    });

    it.each(faults)(
      'says nobody was delivered whom the vendor may not have, and delivers later: %s',
      async (_, fault) => {
        const to = world();
        const deliveries = [0, 1, 2].map((n) => to.entry(n));
        to.line(fault);
        const results = await to.send(deliveries);
        expect(results.map(({ delivered }) => delivered)).toEqual([false, false, false]);
        expect(results.some((result) => !result.delivered && result.errorClass === 'drop')).toBe(false);
        to.line((_request, pass) => pass());
        to.pass(60_000);
        expect(await sendAll(to, deliveries)).toEqual(Array(3).fill({ delivered: true }));
        expect(to.vendor.members()).toEqual(members([0, 'A1'], [1, 'A1'], [2, 'A1']));
      },
    );

    it('saves whom it can at the last attempt', async () => {
      const to = world();
      to.line(lineOf('server-error'));
      const results = await to.send(
        [0, 1, 2, 3].map((n) => to.entry(n)),
        { isLast: true },
      );
      expect(results.map(({ delivered }) => delivered)).toEqual([false, false, false, false]);
      expect(to.requests.length).toBeLessThanOrEqual(40);
    });

    it('waits where the vendor asks for it: until then, or for a while', async () => {
      const to = world();
      to.line(() => ({ ...respond(429), retryAfterMs: 900_000 }) as HttpOutcome);
      const asked = await to.send([to.entry(0)]);
      expect(asked).toEqual([expect.objectContaining({ errorClass: 'wait', until: NOW + 900_000 })]);
      to.line(() => conformance.throttled ?? respond(429));
      const [own] = await to.send([to.entry(0)]);
      expect(own).toMatchObject({ delivered: false, errorClass: 'wait' });
      expect(own!.delivered || own!.until! > NOW).toBe(true);
    });

    it.each([301, 307, 403])('stops, and gives nobody up, at status %d', async (code) => {
      const to = world();
      to.line(() => respond(code, '<html></html>', { location: 'https://elsewhere.example.com' }));
      const results = await to.send([to.entry(0), to.entry(1)]);
      for (const result of results) expect(result).toMatchObject({ delivered: false, errorClass: 'stop' });
      expect(new Set(to.requests.map(({ url }) => new URL(url).host))).not.toContain('elsewhere.example.com');
    });

    it('gets a new token where the old one has expired in between, once', async () => {
      const to = world();
      const { rows } = type.limits(to.destination);
      const isMany = rows * 2 <= 2_000;
      const deliveries = Array.from({ length: isMany ? rows + 1 : 3 }, (_, n) => to.entry(n));
      let seen = 0;
      let taken = '';
      to.line((request, pass) => {
        const { authorization = '' } = lowerCase(request.headers);
        seen += 1;
        if (seen === 1) taken = authorization;
        // The token of the first request ends after it.
        if (seen > 1 && authorization === taken) return conformance.expired ?? respond(401);
        return pass();
      });
      if (!fetchesTokens(type, to.destination)) {
        await to.send([to.entry(0)]);
        const again = await to.send([to.entry(1)]);
        expect(again).toEqual([expect.objectContaining({ delivered: false, errorClass: 'stop' })]);
        return;
      }
      expect(await sendAll(to, deliveries)).toEqual(deliveries.map(() => ({ delivered: true })));
      expect(await sendAll(to, [to.entry(deliveries.length)])).toEqual([{ delivered: true }]);
      expect(to.tokens()).toBe(2);
    });

    it('makes each row once where nothing goes wrong', async () => {
      const to = world();
      await sendAll(
        to,
        [0, 1, 2, 3, 4].map((n) => to.entry(n)),
      );
      const rows = to.calls.flatMap((call) => call.rows.map((row) => JSON.stringify(row)));
      expect(new Set(rows).size).toBe(rows.length);
    });

    it('says no secret and nobody in what is logged and counted', async () => {
      const to = world([1]);
      const secrets = [
        ...Object.values(conformance.secret),
        ...[0, 1].flatMap((n) => [person(n), ...conformance.profile(n).identities.map(({ value }) => value)]),
      ];
      const reasons: string[] = [];
      for (const line of [
        ...faults.map(([, fault]) => fault),
        (() => respond(400, `bad: ${secrets.join()}`)) as Line,
      ]) {
        to.line(line);
        const results = await to.send([to.entry(0), to.entry(1)]);
        reasons.push(...results.flatMap((result) => (result.delivered ? [] : [result.reason])));
        to.pass(60_000);
      }
      const shown = [...reasons, ...to.logged, ...to.reported.map(({ reason }) => reason)].join('\n');
      for (const secret of secrets.filter((each) => each.length > 3)) expect(shown).not.toContain(secret);
      expect(shown).not.toMatch(/\s{2,}|undefined/);
    });

    it('is done with whoever enters and leaves audiences at once, as fast as the vendor takes it, and asks for nothing twice', async () => {
      const to = conformanceWorld(type, conformance, [], undefined, { paced: true });
      await sendAll(to, [to.entry(0, 'A1'), to.entry(1, 'A2', 2), to.entry(0, 'A2', 3)]);
      const calls = to.calls.length;
      const changes = ['A1', 'A2'].map((segmentId, i) => [i, segmentId] as const);
      const both = changes.map(
        ([n]) =>
          to.delivery(
            n,
            changes.map(([of, segmentId]) => ({
              segmentId,
              status: of === n ? 'exited' : 'realized',
              lastQualificationTime: NOW,
            })),
            4,
          )!,
      );
      expect(await sendAll(to, both)).toEqual([{ delivered: true }, { delivered: true }]);
      const left = type.capabilities.exit ? [] : changes;
      expect(to.vendor.members()).toEqual(members([0, 'A2'], [1, 'A1'], ...left));
      const made = to.calls.slice(calls).map((call) => JSON.stringify(call));
      expect(made.length).toBe(new Set(made).size);
    });

    it('has at the end what it should have, whatever happened in between', async () => {
      const people = 4;
      const step = fc.record({
        n: fc.nat(people - 1),
        segmentId: fc.constantFrom('A1', 'A2'),
        enters: fc.boolean(),
      });
      const lines = Object.fromEntries([...faults, ...oddities]);
      const fault = fc.option(fc.constantFrom(...Object.keys(lines)), { freq: 2, nil: undefined });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
          fc.array(fault, { maxLength: 20 }),
          fc.subarray([2, 3]),
          fc.array(fc.boolean(), { maxLength: 5 }),
          async (rounds, planned, bad, expiries) => {
            const to = world(bad);
            const coming = [...planned];
            to.line((request, pass) => {
              const name = coming.shift();
              return name === undefined ? pass() : lines[name]!(request, pass);
            });
            const wanted = new Set<string>();
            let revision = 0;
            const isOver = [...expiries];
            for (const round of rounds) {
              if (isOver.shift()) to.expireTokens();
              const latest = new Map<number, ProfileDelivery>();
              for (const { n, segmentId, enters } of round) {
                if (!enters && !type.capabilities.exit) continue;
                if (latest.has(n)) continue;
                revision += 1;
                latest.set(n, enters ? to.entry(n, segmentId, revision) : to.exit(n, segmentId, revision));
                if (bad.includes(n)) continue;
                for (const name of members([n, segmentId])) enters ? wanted.add(name) : wanted.delete(name);
              }
              await sendAll(to, [...latest.values()]);
            }
            expect(to.vendor.members()).toEqual(wanted);
          },
        ),
        runs(0.3, 60),
      );
    });
  });
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
