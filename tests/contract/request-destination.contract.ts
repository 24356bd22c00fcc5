import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MembershipChange } from '#core/activation/delivery.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { AttemptCounts, DeliveryLane } from '#core/activation/ports/delivery-lane.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import * as log from '#lambdas/runtime/log.ts';
import type { Handler } from '#tests/harness/poller/response.ts';
import {
  type Counted,
  entered,
  exited,
  failedIds,
  fakeHttp,
  fakeLane,
  fakeMetrics,
  type LaneSeen,
  NOW,
  sqsEvent,
  status,
} from '#tests/unit/activation/factories.ts';

/** A type of destination that is told in requests, as its conformance is tried. */
export interface RequestConformance {
  /** The function that works off its queue, over the given world. */
  create(world: {
    readonly http: (request: HttpRequest) => Promise<HttpOutcome>;
    readonly metrics: Metrics;
    readonly now: () => number;
    readonly lane: DeliveryLane;
    readonly attempts: AttemptCounts;
  }): Handler;
  /** A delivery about person `n` to a destination that the catalog has. */
  delivery(n: number, changes: readonly MembershipChange[]): object;
  /** The same to a destination that the catalog does not have. */
  stray(n: number): object;
  /** Whom a request is about, in order. */
  people(request: HttpRequest): readonly number[];
  /** The answer with which everybody in it is taken. */
  accepted(request: HttpRequest): HttpOutcome;
  /** An answer of a server that works, in a form that the type cannot read. */
  readonly malformed: HttpOutcome;
  /** An answer that takes the first of a request and nobody else, where one can say so. */
  half?(request: HttpRequest): HttpOutcome;
  /** Whether the people of a request are told how they identify; secrets and these may never be logged. */
  readonly secrets: readonly string[];
}

interface Tried {
  /** Messages that come again, or are dead letters. */
  readonly failed: string[];
  readonly lane: LaneSeen;
  readonly requests: readonly HttpRequest[];
  readonly counted: readonly Counted[];
  readonly logged: string;
}

/** What every type of destination does that is told in requests. */
export function requestDestinationContract(name: string, type: RequestConformance): void {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  interface Message {
    readonly n: number;
    readonly changes?: readonly MembershipChange[];
    readonly group?: string;
    readonly attempt?: number;
    readonly body?: unknown;
  }

  async function tryOut(messages: readonly Message[], answer: (request: HttpRequest) => HttpOutcome): Promise<Tried> {
    const logged: unknown[] = [];
    vi.spyOn(log, 'logFailure').mockImplementation(
      (error, fields) => void logged.push([log.describeError(error), fields]),
    );
    vi.spyOn(log, 'logBatch').mockImplementation((fields) => void logged.push(fields));
    const { http, requests } = fakeHttp(answer);
    const { metrics, counted } = fakeMetrics();
    const lane = fakeLane(messages.map(({ n, attempt = 1 }) => ({ id: `m${n}`, body: '', attempt })));
    const handler = type.create({ http, metrics, now: () => NOW, lane: lane.lane, attempts: lane.attempts });
    const response = await handler(
      sqsEvent(
        messages.map(({ n, changes = [entered('A1')], group = `g${n}`, attempt = 1, body }) => ({
          id: `m${n}`,
          body: body ?? type.delivery(n, changes),
          group,
          attempt,
        })),
      ) as never,
      { getRemainingTimeInMillis: () => 60_000 },
    );
    return {
      failed: [...failedIds(response as Parameters<typeof failedIds>[0]), ...lane.dead].sort(),
      lane,
      requests,
      counted,
      logged: JSON.stringify(logged),
    };
  }

  const routedOf = (requests: readonly HttpRequest[]): number[] =>
    requests.flatMap((request) => [...type.people(request)]);
  const sum = (counted: readonly Counted[], metric: string, errorClass?: string): number =>
    counted
      .filter(([id, , by]) => id === metric && (errorClass === undefined || by?.class === errorClass))
      .reduce((total, [, value]) => total + value, 0);

  describe(`a destination told in requests: ${name}`, () => {
    it('is told entries and exits, and not the same for both', async () => {
      const entry = await tryOut([{ n: 1, changes: [entered('A1')] }], type.accepted);
      const exit = await tryOut([{ n: 1, changes: [exited('A1')] }], type.accepted);
      expect([entry.failed, exit.failed]).toEqual([[], []]);
      expect(routedOf(entry.requests)).toEqual([1]);
      expect(routedOf(exit.requests)).toEqual([1]);
      expect(entry.requests[0]!.body).not.toBe(exit.requests[0]!.body);
      expect(sum(entry.counted, 'DeliveriesSent')).toBe(1);
    });

    it('is told the same when the same comes again', async () => {
      const first = await tryOut([{ n: 1 }], type.accepted);
      const again = await tryOut([{ n: 1, attempt: 2 }], type.accepted);
      expect(again.requests).toEqual(first.requests);
    });

    it.each([
      ['a server error', status(503)],
      ['a timeout', { kind: 'timeout' } as const],
      ['a broken line', { kind: 'network', code: 'ECONNRESET' } as const],
      ['an answer nobody can read', undefined],
    ])('comes again after %s', async (_, outcome) => {
      const { failed, counted } = await tryOut([{ n: 1 }, { n: 2 }], () => outcome ?? type.malformed);
      expect(failed).toEqual(['m1', 'm2']);
      expect(sum(counted, 'DeliveriesFailed', 'retry')).toBe(2);
      expect(sum(counted, 'DeliveriesSent')).toBe(0);
    });

    it.each([
      ['too many requests', { ...status(429), retryAfterMs: 900_000 } as HttpOutcome],
      ['no time just now', { ...status(503), retryAfterMs: 900_000 } as HttpOutcome],
    ])('waits for as long as it is asked to, without an attempt: %s', async (_, answer) => {
      for (const attempt of [1, 3, 9]) {
        const { failed, counted, lane } = await tryOut([{ n: 1, attempt: Math.min(attempt, 3) }], () => answer);
        expect([failed, lane.hidden, lane.dead]).toEqual([['m1'], { m1: 900 }, []]);
        expect(Object.values(lane.tried).filter((tried) => tried !== 0)).toEqual([]);
        expect(sum(counted, 'DeliveriesFailed', 'wait')).toBe(1);
      }
    });

    it.each([401, 403, 404, 302])('keeps everything while the configuration is wrong (%d)', async (code) => {
      const { failed, counted } = await tryOut([{ n: 1 }], () => status(code));
      expect(failed).toEqual(['m1']);
      expect(sum(counted, 'DeliveriesFailed', 'stop')).toBe(1);
    });

    it('drops and counts who is rejected for good, and delivers the others', async () => {
      const answer = (request: HttpRequest) =>
        type.people(request).includes(2) ? status(400) : type.accepted(request);
      const { failed, counted, requests } = await tryOut([{ n: 1 }, { n: 2 }, { n: 3 }], answer);
      expect(failed).toEqual([]);
      expect(sum(counted, 'DeliveriesFailed', 'drop')).toBe(1);
      expect(sum(counted, 'DeliveriesSent')).toBe(2);
      expect(new Set(routedOf(requests))).toEqual(new Set([1, 2, 3]));
    });

    it('has one come again when only one is not taken, at the latest when both are tried again', async () => {
      const answer =
        type.half ??
        ((request: HttpRequest) => (type.people(request).includes(2) ? status(503) : type.accepted(request)));
      const { failed, counted } = await tryOut(
        [1, 2].map((n) => ({ n, attempt: type.half ? 1 : 3 })),
        answer,
      );
      expect(failed).toEqual(['m2']);
      expect(sum(counted, 'DeliveriesSent')).toBe(1);
    });

    it('keeps the order of a group: what follows a failure waits', async () => {
      const messages = [1, 2, 3].map((n) => ({ n, group: 'g', attempt: 3 }));
      const answer = (request: HttpRequest) =>
        type.people(request).includes(2) ? status(503) : type.accepted(request);
      const { failed, requests } = await tryOut(messages, answer);
      expect(failed).toEqual(['m2', 'm3']);
      expect(routedOf(requests)).not.toContain(3);
    });

    it('is not concerned by a message that is no delivery, nor by another destination that nobody knows', async () => {
      const { failed } = await tryOut(
        [{ n: 1 }, { n: 2, body: { kind: 'nonsense' } }, { n: 3, body: type.stray(3) }, { n: 4 }],
        type.accepted,
      );
      expect(failed).toEqual(['m2', 'm3']);
    });

    it('waits two seconds for an answer, no longer', async () => {
      const { requests } = await tryOut([{ n: 1 }], type.accepted);
      expect(requests[0]!.timeoutMs).toBe(2_000);
    });

    it('says nothing of people, secrets and answers in its log', async () => {
      const answers = [
        status(503),
        status(400),
        status(401),
        { ...status(500), body: 'answer of the server' },
        type.malformed,
      ];
      for (const answer of answers) {
        const { logged } = await tryOut([{ n: 1 }, { n: 2, attempt: 2 }], () => answer);
        for (const secret of [...type.secrets, 'answer of the server']) expect(logged).not.toContain(secret);
        expect(logged.length).toBeGreaterThan(2);
      }
    });
  });
}
