import type { SegmentListing } from '#core/catalog/lifecycle.ts';
import type { PlanState, SegmentPlan } from '#core/segmentation/plan.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';
import { table } from './table.ts';

/** A plan as text, for people. */
export function printPlan({ method, reasons, latency, state }: SegmentPlan): string {
  const rows: [string, string][] = [
    ['method', method],
    ...reasons.map((reason, index): [string, string] => [index === 0 ? 'because' : '', reason]),
    ['latency', latency],
    ['attributes', state.attributes.join(', ') || 'none'],
    ['events', eventsOf(state)],
    ...state.lookups.map((lookup): [string, string] => ['looks up', lookup]),
    ['segments', state.segments.join(', ') || 'none'],
    ['timed changes', state.timedChanges],
  ];
  return `${rows.map(([name, value]) => `${name.padEnd(14)} ${value}`).join('\n')}\n`;
}

function eventsOf({ eventConditions, lookback, sequences }: PlanState): string {
  if (eventConditions.length === 0) return 'none';
  const which = eventConditions.map((condition) => condition || 'all events').join('; ');
  const howFar = lookback === null ? 'of all of the past' : `of the last ${durationOf(lookback)}`;
  return `${which}; ${howFar}${sequences > 0 ? ', in their order' : ''}`;
}

/** The largest unit that gives a whole number. */
function durationOf(milliseconds: number): string {
  for (const [unit, length] of UNITS) {
    if (milliseconds % length !== 0 || milliseconds < length) continue;
    const amount = milliseconds / length;
    return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
  }
  return `${milliseconds} milliseconds`;
}

const UNITS = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
  ['second', 1000],
] as const;

/** Segments and what hangs on them, as a table. */
export function printListing(
  segments: readonly (SegmentListing & { readonly method: SegmentPlan['method']; readonly members?: number })[],
): string {
  const rows = segments.map(({ id, name, lifecycleState, method, members, dependencies, dependents, destinations }) => [
    id,
    name,
    lifecycleState,
    method,
    ...(members === undefined ? [] : [members]),
    dependencies.join(', '),
    dependents.join(', '),
    destinations.join(', '),
  ]);
  const counted = segments.some(({ members }) => members !== undefined) ? ['members'] : [];
  return `${table(['id', 'name', 'state', 'method', ...counted, 'depends on', 'needed by', 'routed to'], rows)}\n`;
}
