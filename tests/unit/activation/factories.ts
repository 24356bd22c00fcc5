import type { SQSEvent } from 'aws-lambda';
import { type DestinationDefinition, destinationDefinition } from '#core/activation/definition.ts';
import type { EdgeDelivery, HubDelivery, MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import type { DestinationCatalog } from '#core/activation/destination-catalog.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpClient, HttpRequest } from '#core/activation/http/client.ts';
import type { AttemptCounts, DeliveryLane } from '#core/activation/ports/delivery-lane.ts';
import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
import type { MetricName } from '#core/contract/metrics.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { Identity } from '#core/record/identity.ts';

/** Small things that tests of destinations are made of. A test says only what it is about. */

export const NOW = Date.parse('2026-03-01T10:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const identity = (namespace: string, value: string): Identity => ({ namespace, value });
export const ecid = (n = 1): Identity => identity('ECID', String(n).padStart(38, '0'));
export const idfa = (n = 1): Identity => identity('IDFA', `6D92078A-8246-4BA4-AE5B-${String(n).padStart(12, '0')}`);
export const gaid = (n = 1): Identity => identity('GAID', `97987bca-ae59-4c7d-94ba-${String(n).padStart(12, '0')}`);
export const hashedEmail = (n = 1): Identity => identity('Email_LC_SHA256', String(n).padStart(64, 'a'));

export const entered = (segmentId: string, at = NOW): MembershipChange => ({
  segmentId,
  status: 'realized',
  lastQualificationTime: at,
});
export const exited = (segmentId: string, at = NOW): MembershipChange => ({
  ...entered(segmentId, at),
  status: 'exited',
});

const lastRouted = { canonicalKey: 'CRMID:C1', revision: 1, decidedAt: NOW, changes: [entered('A1')] };

export const profileDelivery = (change: Partial<ProfileDelivery> = {}): ProfileDelivery => ({
  kind: 'profile',
  destinationId: 'webhook',
  ...lastRouted,
  identities: [identity('CRMID', 'C1')],
  attributes: {},
  ...change,
});

export const edgeDelivery = (change: Partial<EdgeDelivery> = {}): EdgeDelivery => ({
  kind: 'aam-edge',
  destinationId: 'aam',
  ...lastRouted,
  region: { id: 7, host: 'use.demdex.net' },
  device: ecid(),
  personIdentities: [],
  ...change,
});

export const hubDelivery = (change: Partial<HubDelivery> = {}): HubDelivery => ({
  kind: 'aam-hub',
  destinationId: 'aam',
  ...lastRouted,
  identities: [ecid()],
  ...change,
});

export interface TestMessage {
  readonly id: string;
  readonly body: unknown;
  readonly group?: string;
  readonly attempt?: number;
}

/** A batch as Lambda hands it over. A body that is a text is sent as it is. */
export function sqsEvent(messages: readonly TestMessage[]): SQSEvent {
  return {
    Records: messages.map(({ id, body, group, attempt = 1 }) => ({
      messageId: id,
      receiptHandle: id,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      attributes: {
        ApproximateReceiveCount: String(attempt),
        SentTimestamp: String(NOW),
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: '0',
        ...(group !== undefined && { MessageGroupId: group }),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:delivery lane',
      awsRegion: 'eu-west-1',
    })),
  };
}

export const failedIds = (response: { readonly batchItemFailures: readonly { itemIdentifier: string }[] }): string[] =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

/** Destinations as they are written, by id. */
export function catalogOf(...written: readonly Record<string, unknown>[]): DestinationCatalog {
  const definitions = written.map(
    (each): DestinationDefinition => destinationDefinition.parse({ segments: ['A1'], ...each }),
  );
  return { current: async () => ({ destinations: new Map(definitions.map((each) => [each.id, each])) }) };
}

export const ok = (body = '{}'): HttpOutcome => ({ kind: 'response', status: 200, body });
export const status = (code: number): HttpOutcome => ({ kind: 'response', status: code, body: '' });

/** A client that answers as told and remembers what it was asked. */
export function fakeHttp(answer: (request: HttpRequest) => HttpOutcome): { http: HttpClient; requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  return {
    requests,
    http: async (request) => {
      requests.push(request);
      return answer(request);
    },
  };
}

/** What a function did with the messages of its lane. */
export interface LaneSeen {
  readonly hidden: Record<string, number>;
  readonly acknowledged: string[];
  readonly dead: string[];
  /** Attempts that were counted, by message. */
  readonly tried: Record<string, number>;
}

/** A lane that does as it is told and remembers it; a message that comes for the nth time was tried before each time. */
export function fakeLane(
  messages: readonly TestMessage[] = [],
): { readonly lane: DeliveryLane; readonly attempts: AttemptCounts } & LaneSeen {
  const seen: LaneSeen = { hidden: {}, acknowledged: [], dead: [], tried: {} };
  return {
    ...seen,
    lane: {
      receive: async () => [],
      hide: async (hidden) => {
        for (const { receipt, seconds } of hidden) seen.hidden[receipt] = seconds;
      },
      acknowledge: async (receipts) => void seen.acknowledged.push(...receipts),
      deadLetter: async (dead) => void seen.dead.push(...dead.map(({ id }) => id)),
    },
    attempts: {
      get: async (ids) =>
        new Map(
          messages.flatMap(({ id, attempt = 1 }) => (ids.includes(id) && attempt > 1 ? [[id, attempt - 1]] : [])),
        ),
      add: async (ids, by) => {
        for (const id of ids) seen.tried[id] = (seen.tried[id] ?? 0) + by;
      },
    },
  };
}

/** A destination that takes everything at once. */
export const NO_RATE_LIMIT: RateLimit = { acquire: async () => undefined, backOff: async (_id, ms) => NOW + ms };

export type Counted = readonly [name: MetricName, value: number, dimension?: Readonly<Record<string, string>>];

export function fakeMetrics(): { metrics: Metrics; counted: Counted[] } {
  const counted: Counted[] = [];
  return { counted, metrics: { count: (...args) => void counted.push(args as Counted) } };
}
