import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
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

const messagesIn = ({ body }: HttpRequest): number[] =>
  (JSON.parse(body) as { profiles: { segmentMembership: { ups: object } }[] }).profiles.flatMap(
    ({ segmentMembership }) => Object.keys(segmentMembership.ups).map((segment) => Number(segment.slice(1))),
  );
const numberOf = (delivery: ReturnType<Lane['dead']>[number]): number =>
  Number(delivery.changes[0]!.segmentId.slice(1));

/** What became of each message of a request, as its answer says. */
function outcomesIn(request: HttpRequest, outcome: HttpOutcome): { n: number; code: number }[] {
  const messages = messagesIn(request);
  if (outcome.kind !== 'response') return messages.map((n) => ({ n, code: 0 }));
  if (outcome.status !== 207) return messages.map((n) => ({ n, code: outcome.status }));
  const { results } = JSON.parse(outcome.body) as { results: { status: number }[] };
  return messages.map((n, i) => ({ n, code: results[i]!.status }));
}

const waitFor = (code: number, seconds: number | undefined): HttpOutcome =>
  ({ ...status(code), ...(seconds !== undefined && { retryAfterMs: seconds * SECOND }) }) as HttpOutcome;

describe('waiting for a destination', () => {
  let wiring: Wiring;
  beforeAll(() => {
    wiring = readWiring(templatesOf('prod'));
  });

  const accepted = (lane: Lane): number[] =>
    lane.requests.flatMap(({ request, outcome }) =>
      outcomesIn(request, outcome).flatMap(({ n, code }) => (code === 200 ? [n] : [])),
    );

  it('for a quarter of an hour makes nobody a dead letter, and costs one more receive', async () => {
    let asked = 0;
    const lane = createLane({
      wiring,
      start: START,
      concurrency: 5,
      answer: () => ({ outcome: asked++ === 0 ? waitFor(429, 900) : ok(), tookMs: 50 }),
    });
    for (let n = 0; n < 200; n++) lane.send(message(n, `g${n}`), `g${n}`);
    await lane.poller.run({ until: START + 2 * HOUR });
    expect([lane.dead(), lane.waiting()]).toEqual([[], []]);
    expect(accepted(lane).sort((x, y) => x - y)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    const [first, ...later] = lane.requests;
    expect(first!.at).toBe(START);
    // Those that were on their way when the answer came.
    const meanwhile = later.filter(({ at }) => at > START + SECOND && at < START + 900 * SECOND);
    expect(meanwhile).toEqual([]);
    expect(lane.poller.invocations.length).toBeLessThanOrEqual(2 * 20 + 5);
    expect(lane.slept().reduce((sum, ms) => sum + ms, 0)).toBe(0);
  });

  it('that takes one person a second sends nothing twice, keeps its pace, and runs for no longer than it asks', async () => {
    const lane = createLane({
      wiring,
      start: START,
      concurrency: 5,
      destination: { requestsPerSecond: 1, maxUsersPerRequest: 1 },
      answer: () => ({ outcome: ok(), tookMs: 400 }),
    });
    for (let n = 0; n < 300; n++) lane.send(message(n, `g${n}`), `g${n}`);
    await lane.poller.run({ until: START + HOUR });
    expect([lane.dead(), lane.waiting()]).toEqual([[], []]);
    expect(accepted(lane).sort((x, y) => x - y)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(lane.poller.invocations.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const times = lane.requests.map(({ at }) => at).sort((x, y) => x - y);
    for (const [i, at] of times.entries()) if (i > 0) expect(at - times[i - 1]!).toBeGreaterThanOrEqual(SECOND);
    expect(times.at(-1)! - START).toBeLessThan(330 * SECOND);
    expect(lane.slept().reduce((sum, ms) => sum + ms, 0)).toBeLessThan(SECOND);
    // Each message is handed out about twice: to be sent away, and to be sent.
    const receives = lane.poller.invocations.reduce((sum, { items }) => sum + items.length, 0);
    expect(receives).toBeLessThan(2.5 * 300);
  });

  it('is bounded where it asks for time for ever: what would be forgotten becomes a dead letter', async () => {
    const lane = createLane({ wiring, start: START, answer: () => ({ outcome: waitFor(429, 3) }) });
    for (let n = 0; n < 3; n++) lane.send(message(n, `g${n}`), `g${n}`);
    await lane.poller.run({ until: START + 20 * 24 * HOUR, maxInvocations: 5_000 });
    expect(lane.dead()).toHaveLength(3);
    expect(lane.waiting()).toEqual([]);
    expect(lane.poller.queue('webhook').expired).toEqual([]);
  });

  it('leaves the last word to the attempts: a message that breaks it is tried three times, its neighbours are done', async () => {
    const answer = (request: HttpRequest): Answer => ({
      outcome: messagesIn(request).includes(3) ? status(500) : ok(),
    });
    const lane = createLane({ wiring, start: START, answer });
    for (let n = 0; n < 10; n++) lane.send(message(n, `g${n}`), `g${n}`);
    await lane.poller.run({ until: START + HOUR });
    expect(lane.dead().map(numberOf)).toEqual([3]);
    expect(accepted(lane)).toHaveLength(9);
    expect(lane.requests.filter(({ request }) => messagesIn(request).includes(3))).toHaveLength(3);
  });

  it('repeats nothing when the function dies in the middle: what was taken is deleted before the rest is sent', async () => {
    let turns = 0;
    const lane: Lane = createLane({
      wiring,
      start: START,
      destination: { maxUsersPerRequest: 2 },
      intercept: (port) => {
        if (!('acquire' in port)) return port;
        const acquire = async (...args: Parameters<RateLimit['acquire']>): Promise<number | undefined> => {
          if (turns++ === 2) await elapse(lane.poller.clock, HOUR);
          return (port as unknown as RateLimit).acquire(...args);
        };
        return { ...port, acquire };
      },
      answer: () => ({ outcome: ok() }),
    });
    for (let n = 0; n < 10; n++) lane.send(message(n, `g${n}`), `g${n}`);
    await lane.poller.run({ until: START + HOUR });
    expect(lane.poller.invocations.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
    expect(accepted(lane)).toEqual(Array.from({ length: 10 }, (_, n) => n));
  });

  it(
    'loses and repeats nothing when its own stores and queues fail too',
    async () => {
      const draws = fc.infiniteStream(fc.nat());
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }), draws, async (groups, numbers) => {
          const draw = (): number => numbers.next().value as number;
          let faults = 25;
          const fault = (): Fault =>
            faults-- > 0 ? (['none', 'none', 'none', 'before', 'after'] as const)[draw() % 5]! : 'none';
          const answers = [waitFor(429, 7), status(503), ok(), ok()];
          const lane = createLane({
            wiring,
            start: START,
            concurrency: 1 + (draw() % 3),
            destination: { requestsPerSecond: 3, maxUsersPerRequest: 1 + (draw() % 3) },
            intercept: (port) => withFaults(port, fault),
            answer: () => ({ outcome: faults > 0 ? answers[draw() % 4]! : ok(), tookMs: draw() % 500 }),
          });
          for (const [n, group] of groups.entries()) lane.send(message(n, `g${group}`), `g${group}`);
          await lane.poller.run({ until: START + 24 * HOUR });
          const taken = accepted(lane);
          expect(lane.waiting()).toEqual([]);
          expect(new Set(taken).size).toBe(taken.length);
          const ends = [...new Set([...taken, ...lane.dead().map(numberOf)])];
          expect(ends.sort((x, y) => x - y)).toEqual(groups.map((_, n) => n));
        }),
        runs(0.2, 100),
      );
    },
    timeout,
  );

  const trouble = fc.record({
    from: fc.nat(600),
    seconds: fc.nat(900),
    kind: fc.constantFrom('429', '429 after', '503', '503 after', 'slow', 'half', 'some wait'),
    after: fc.nat(400),
  });

  it(
    'never loses, repeats, reorders or gives up anything because of it, whatever the destination answers',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ group: fc.nat(12), at: fc.nat(300) }), { minLength: 1, maxLength: 60 }),
          fc.array(trouble, { maxLength: 4 }),
          fc.record({
            requestsPerSecond: fc.constantFrom(undefined, 1, 2, 10),
            maxUsersPerRequest: fc.constantFrom(undefined, 1, 3),
          }),
          fc.record({
            concurrency: fc.constantFrom(1, 2, 5),
            tookMs: fc.nat(1_900),
            picks: fc.infiniteStream(fc.nat()),
          }),
          async (sent, troubles, limits, { concurrency, tookMs, picks }) => {
            /** Until when the destination wants to be left alone, by when it has said so. */
            const holds: { readonly from: number; readonly until: number }[] = [];
            const answerAt = (request: HttpRequest, at: number): Answer => {
              const one = troubles.find(
                ({ from, seconds }) => at >= START + from * SECOND && at < START + (from + seconds) * SECOND,
              );
              const hold = (seconds: number | undefined): void => {
                holds.push({ from: at + tookMs, until: at + tookMs + (seconds ?? 1) * SECOND });
              };
              const results = (code: number): HttpOutcome => ({
                kind: 'response',
                status: 207,
                body: JSON.stringify({
                  results: messagesIn(request).map((n) => ({ status: n % 2 === 0 ? 200 : code })),
                }),
              });
              switch (one?.kind) {
                case '429':
                  hold(undefined);
                  return { outcome: waitFor(429, undefined), tookMs };
                case '429 after':
                  hold(one.after);
                  return { outcome: waitFor(429, one.after), tookMs };
                case '503':
                  return { outcome: status(503), tookMs };
                case '503 after':
                  hold(one.after);
                  return { outcome: waitFor(503, one.after), tookMs };
                case 'slow':
                  return { outcome: ok(), tookMs: 5_000 };
                case 'half':
                  return { outcome: results(503), tookMs };
                case 'some wait':
                  if (messagesIn(request).some((n) => n % 2 === 1)) hold(undefined);
                  return { outcome: results(429), tookMs };
                default:
                  return { outcome: ok(), tookMs };
              }
            };
            const pick = (count: number): number => (picks.next().value as number) % count;
            const destination = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
            const lane = createLane({ wiring, start: START, destination, concurrency, pick, answer: answerAt });
            const inOrder = sent.map((one, n) => ({ ...one, n })).sort((x, y) => x.at - y.at || x.n - y.n);
            for (const { at, n, group } of inOrder) {
              await lane.poller.run({ until: START + at * SECOND });
              lane.send(message(n, `g${group}`), `g${group}`);
            }
            await lane.poller.run({ until: START + 24 * HOUR });

            const taken = accepted(lane);
            const dead = lane.dead().map(numberOf);
            expect(lane.waiting()).toEqual([]);
            expect(new Set(taken).size).toBe(taken.length);
            expect([...taken, ...dead].sort((x, y) => x - y)).toEqual(sent.map((_, n) => n));
            for (const group of new Set(sent.map((one) => one.group))) {
              const own = inOrder.filter((one) => one.group === group).map(({ n }) => n);
              expect(taken.filter((n) => own.includes(n))).toEqual(own.filter((n) => taken.includes(n)));
            }
            // Nobody is given up who was not tried three times.
            const failures = lane.requests.flatMap(({ request, outcome }) =>
              outcomesIn(request, outcome).flatMap(({ n, code }) => {
                const asked =
                  outcome.kind === 'response' && outcome.status === 503 && outcome.retryAfterMs !== undefined;
                return code === 200 || code === 429 || asked ? [] : [n];
              }),
            );
            for (const n of dead) expect(failures.filter((failed) => failed === n).length).toBe(3);
            // What had its turn already when it was told to wait may still come.
            for (const { from, until } of holds) {
              const early = lane.requests.filter(({ at }) => at > from + 2 * SECOND + tookMs && at < until);
              expect(early).toEqual([]);
            }
            const { requestsPerSecond } = limits;
            const times = lane.requests.map(({ at }) => at).sort((x, y) => x - y);
            for (const [i, at] of times.entries()) {
              if (i > 0 && requestsPerSecond)
                expect(at - times[i - 1]!).toBeGreaterThanOrEqual(1_000 / requestsPerSecond);
            }
            expect(lane.poller.invocations.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
            expect(Math.max(0, ...lane.slept())).toBeLessThanOrEqual(SECOND / 2);
          },
        ),
        runs(0.2, 200),
      );
    },
    timeout,
  );
});
