import type { AnswerOf } from '#client/client.ts';

/** What the first screen is made of, as the API answers it. */
export type Overview = AnswerOf<'GET /tributary/overview'>;
export type Counts = AnswerOf<'GET /tributary/counts'>;
export type History = AnswerOf<'GET /tributary/counts/history'>;
export type Sizes = AnswerOf<'GET /tributary/counts/audiences'>;
type Records = Counts['records'][string];
type Destination = Overview['destinations'][number];

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** What became of all records that came one way. */
export function recordsBy(counts: Counts, method: 'stream' | 'batch' | 'replay') {
  const all = Object.values(counts.records).map((records: Records) => records[method]);
  return {
    accepted: sum(all.map(({ accepted }) => accepted)),
    rejected: sum(all.map(({ rejected }) => rejected)),
    duplicate: sum(all.map(({ duplicate }) => duplicate)),
  };
}

/** All that were rejected, those that were replayed since not among them, and why most of them were. */
export function rejections(counts: Counts): { readonly all: number; readonly mostly: string | undefined } {
  const reasons = new Map<string, number>();
  for (const records of Object.values(counts.records)) {
    for (const method of ['stream', 'batch', 'replay'] as const) {
      for (const [reason, number] of Object.entries(records[method].rejections)) {
        reasons.set(reason, (reasons.get(reason) ?? 0) + number);
      }
    }
  }
  const all = sum((['stream', 'batch', 'replay'] as const).map((method) => recordsBy(counts, method).rejected));
  const [first] = [...reasons].sort(([, a], [, b]) => b - a);
  return { all, mostly: first?.[0] };
}

export const memberships = (counts: Counts): number => sum(Object.values(counts.audiences));

/** Devices in audiences at Audience Manager. */
export function devicesOf(counts: Counts): { readonly edge: number; readonly hub: number } | undefined {
  const all = Object.values(counts.destinations).flatMap(({ devices }) => (devices ? Object.values(devices) : []));
  if (!Object.values(counts.destinations).some(({ devices }) => devices)) return undefined;
  return { edge: sum(all.flatMap(({ edge }) => Object.values(edge))), hub: sum(all.map(({ hub }) => hub)) };
}

/** What flowed to destinations in a day. What was received is sent, failed, excluded or waits. */
export function flowOf(destinations: readonly Destination[]) {
  const flows = destinations.map(({ lastDay }) => lastDay);
  const received = sum(flows.map((flow) => flow.received));
  const sent = sum(flows.map(({ activated }) => activated));
  const failed = sum(flows.map((flow) => flow.failed));
  const excluded = sum(flows.flatMap((flow) => Object.values(flow.excluded)));
  return { received, sent, failed, excluded, waiting: Math.max(0, received - sent - failed - excluded) };
}

/** Something that somebody should look at. */
export type Concern =
  | { readonly kind: 'paused'; readonly name: string; readonly since: string; readonly to: string }
  | {
      readonly kind: 'failing';
      readonly name: string;
      readonly failed: number;
      readonly of: number;
      readonly to: string;
    }
  | { readonly kind: 'evaluation'; readonly at: string; readonly to: string }
  | { readonly kind: 'rejected'; readonly rejected: number; readonly mostly: string; readonly to: string };

const MAX_CONCERNS = 5;

/** The most urgent first, and no more than can be read. */
export function concernsOf({
  destinations,
  evaluation,
  counts,
}: Pick<Overview, 'destinations' | 'evaluation' | 'counts'>): Concern[] {
  const pathOf = (id: string): string => `/destinations/${encodeURIComponent(id)}`;
  const failing = destinations
    .filter(({ lastDay }) => lastDay.failed > 0)
    .map(
      ({ id, name, lastDay }): Concern => ({
        kind: 'failing',
        name,
        failed: lastDay.failed,
        of: lastDay.received,
        to: pathOf(id),
      }),
    );
  const paused = destinations.flatMap(({ id, name, pausedSince }): Concern[] =>
    pausedSince === undefined ? [] : [{ kind: 'paused', name, since: pausedSince, to: pathOf(id) }],
  );
  const { all, mostly } = rejections(counts);
  return [
    ...(evaluation?.status === 'failed'
      ? [{ kind: 'evaluation', at: evaluation.startedAt, to: '/audiences' } as const]
      : []),
    ...failing,
    ...paused,
    ...(all > 0 && mostly !== undefined
      ? [{ kind: 'rejected', rejected: all, mostly, to: '/data/rejected' } as const]
      : []),
  ].slice(0, MAX_CONCERNS);
}

/** An audience whose size has changed. */
export interface Mover {
  readonly id: string;
  readonly members: number;
  readonly change: number;
  readonly sizes: readonly number[];
}

const SHOWN_MOVERS = 5;

/** The audiences whose size changed most since the beginning of a history, by members. */
export const moversOf = ({ audiences }: Pick<Sizes, 'audiences'>): Mover[] =>
  Object.entries(audiences)
    .flatMap(([id, { members, sizes }]): Mover[] => {
      const known = sizes.filter((size) => size !== null);
      const [first] = known;
      return first === undefined || first === members
        ? []
        : [{ id, members, change: members - first, sizes: [...known, members] }];
    })
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.id < b.id ? -1 : 1))
    .slice(0, SHOWN_MOVERS);

/** A number at an instant. */
export interface Reading {
  /** Epoch ms. */
  readonly at: number;
  readonly value: number;
}

/** By how much a second a number grew between two readings; undefined where that cannot be said. */
export function rateBetween(before: Reading | undefined, after: Reading): number | undefined {
  if (!before || after.at <= before.at) return undefined;
  return Math.max(0, after.value - before.value) / ((after.at - before.at) / 1_000);
}

/** What was added in each step of a series that only grows. */
export const steps = (values: readonly number[]): number[] =>
  values.slice(1).map((value, i) => Math.max(0, value - values[i]!));
