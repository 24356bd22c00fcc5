import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { DeliveryLane } from '#core/activation/ports/delivery-lane.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { type Answer, createLane, type Lane } from '#tests/harness/platform/lane.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { elapse } from '#tests/harness/poller/invocation.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';
import { entered, identity, ok, profileDelivery, status } from '#tests/unit/activation/factories.ts';

const START = Date.UTC(2026, 2, 1);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Message `n` of a group says that its person entered segment `S<n>`: so every answer is about messages. */
const message = (n: number, group: string) =>
  profileDelivery({ canonicalKey: group, identities: [identity('CRMID', group)], changes: [entered(`S${n}`)] });
const numberOf = (delivery: ReturnType<Lane['dead']>[number]): number =>
  Number(delivery.changes[0]!.segmentId.slice(1));
const messagesIn = ({ body }: HttpRequest): number[] =>
  (JSON.parse(body) as { profiles: { segmentMembership: { ups: object } }[] }).profiles.flatMap(
    ({ segmentMembership }) => Object.keys(segmentMembership.ups).map((segment) => Number(segment.slice(1))),
  );

/** Messages that were accepted, in the order in which they were, repetitions included. */
const accepted = (lane: Lane): number[] =>
  lane.requests.flatMap(({ request, outcome }) => {
    if (outcome.kind !== 'response' || outcome.status >= 300) return [];
    const messages = messagesIn(request);
    if (outcome.status !== 207) return messages;
    const { results } = JSON.parse(outcome.body) as { results: { status: number }[] };
    return messages.filter((_, i) => results[i]!.status === 200);
  });

const half = (request: HttpRequest, code: number): HttpOutcome => ({
  kind: 'response',
  status: 207,
  body: JSON.stringify({ results: messagesIn(request).map((n) => ({ status: n % 2 === 0 ? 200 : code })) }),
});
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const sorted = (values: Iterable<number>): number[] => [...values].sort((x, y) => x - y);

/** Has something happen before a lane takes messages by itself. */
const beforeReceive =
  (what: (most: number) => Promise<void>) =>
  <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'receive') return member.bind(target);
        return async (most: number) => {
          await what(most);
          return (target as unknown as DeliveryLane).receive(most);
        };
      },
    });

describe('a lane of a destination that takes more than ten people at once', () => {
  let wiring: Wiring;
  beforeAll(() => {
    wiring = readWiring(templatesOf('prod'));
  });

  const filled = (count: number, options: Partial<Parameters<typeof createLane>[0]> = {}): Lane => {
    const lane = createLane({ wiring, start: START, answer: () => ({ outcome: ok(), tookMs: 50 }), ...options });
    for (let n = 0; n < count; n++) lane.send(message(n, `g${n}`), `g${n}`);
    return lane;
  };
  const run = (lane: Lane): Promise<unknown> => lane.poller.run({ until: START + 24 * HOUR, maxInvocations: 5_000 });

  it.each([
    [10, 200],
    [100, 20],
    [500, 4],
    [10_000, 4],
  ])('has requests of as many as it takes: of %d at most, 2,000 people need %d', async (most, requests) => {
    const lane = filled(2_000, { most, concurrency: 1 });
    await run(lane);
    expect(lane.requests).toHaveLength(requests);
    expect(sorted(accepted(lane))).toEqual(numbers(2_000));
    expect([lane.waiting(), lane.dead()]).toEqual([[], []]);
  });

  it('does not wait for more: who comes alone is sent alone, with no receive but that of Lambda', async () => {
    const receives: number[] = [];
    const lane = filled(3, {
      most: 100,
      intercept: beforeReceive(async (most) => void receives.push(most)),
    });
    await run(lane);
    expect(lane.requests.map(({ request }) => messagesIn(request).length)).toEqual([3]);
    expect(receives).toEqual([]);
  });

  it('takes only what there is time for', async () => {
    const lane: Lane = filled(200, {
      most: 200,
      intercept: beforeReceive(() => elapse(lane.poller.clock, 5_000)),
    });
    await run(lane);
    expect(lane.poller.invocations.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(sorted(accepted(lane))).toEqual(numbers(200));
    expect(Math.max(...lane.requests.map(({ request }) => messagesIn(request).length))).toBeLessThan(60);
  });

  it('makes dead letters of what it took itself, after three tries, and deletes them', async () => {
    const lane = filled(60, { most: 60, answer: (request) => ({ outcome: half(request, 503) }) });
    await run(lane);
    expect(sorted(accepted(lane))).toEqual(numbers(60).filter((n) => n % 2 === 0));
    expect(sorted(lane.dead().map(numberOf))).toEqual(numbers(60).filter((n) => n % 2 === 1));
    expect(lane.waiting()).toEqual([]);
    for (const n of numbers(60).filter((each) => each % 2 === 1)) {
      expect(lane.requests.filter(({ request }) => messagesIn(request).includes(n)).length).toBeGreaterThanOrEqual(3);
    }
  });

  it('has everything come again when the function dies while it sends', async () => {
    let asked = 0;
    const lane: Lane = filled(50, {
      most: 50,
      // The first call never hears of it.
      answer: () => ({ outcome: ok(), tookMs: 0 }),
      intercept: (port) => {
        if (!('acquire' in port)) return port;
        const acquire = async (): Promise<undefined> => {
          if (asked++ === 0) await elapse(lane.poller.clock, HOUR);
        };
        return { ...port, acquire };
      },
    });
    await run(lane);
    expect(lane.poller.invocations.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
    expect(accepted(lane)).toEqual(numbers(50));
    expect([lane.waiting(), lane.dead()]).toEqual([[], []]);
  });

  it(
    'loses nothing and keeps the order of each person, whatever the destination, the stores and the queue do',
    async () => {
      const draws = fc.infiniteStream(fc.nat());
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(30), { minLength: 1, maxLength: 120 }),
          fc.boolean(),
          draws,
          async (groups, isFaulty, stream) => {
            const draw = (): number => stream.next().value as number;
            let faults = isFaulty ? 20 : 0;
            const fault = (): Fault =>
              faults-- > 0 ? (['none', 'none', 'none', 'before', 'after'] as const)[draw() % 5]! : 'none';
            let troubles = draw() % 12;
            const answer = (request: HttpRequest): Answer => {
              const tookMs = draw() % 1_500;
              if (troubles-- <= 0) return { outcome: ok(), tookMs };
              const outcomes: HttpOutcome[] = [
                { ...status(429), retryAfterMs: 7_000 } as HttpOutcome,
                half(request, 429),
                half(request, 503),
                ok(),
              ];
              return { outcome: outcomes[draw() % outcomes.length]!, tookMs };
            };
            const lane = createLane({
              wiring,
              start: START,
              most: [15, 40, 200][draw() % 3]!,
              concurrency: 1 + (draw() % 3),
              pick: (count) => draw() % count,
              intercept: (port) => withFaults(port, fault),
              answer,
            });
            for (const [n, group] of groups.entries()) {
              if (draw() % 10 === 0) await lane.poller.run({ until: lane.poller.clock.now() + SECOND });
              lane.send(message(n, `g${group}`), `g${group}`);
            }
            await run(lane);
            const [taken, dead] = [accepted(lane), lane.dead().map(numberOf)];
            expect(lane.waiting()).toEqual([]);
            expect(sorted(new Set([...taken, ...dead]))).toEqual(numbers(groups.length));
            if (!isFaulty) expect(sorted([...taken, ...dead])).toEqual(numbers(groups.length));
            // What could not be deleted may come once more, but never after something later of the same person.
            for (const own of Map.groupBy(taken, (n) => groups[n]!).values()) expect(own).toEqual(sorted(own));
            expect(lane.poller.invocations.filter(({ outcome }) => outcome === 'failed' && !isFaulty)).toEqual([]);
          },
        ),
        runs(0.3, 150),
      );
    },
    timeout,
  );
});
