import type { ActivityChange } from '#core/catalog/activity-changes.ts';
import type { DestinationImpact } from '#core/catalog/destination-impact.ts';
import type { CatalogPlan } from '#core/catalog/plan.ts';
import type { SchemaChange } from '#core/catalog/schema-changes.ts';
import { printAudienceImpact } from './print-estimate.ts';
import { table, tally } from './table.ts';

/** What applying a catalog would do, for people. */
export function printCatalogPlan(plan: CatalogPlan): string {
  const parts = [
    printDestinations(plan.destinations),
    printActivityChanges(plan.activities),
    printSchemas(plan.schemas),
    printAudienceImpact(plan, plan.breaking, plan.removed),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function printDestinations(destinations: readonly DestinationImpact[]): string {
  if (destinations.length === 0) return '';
  const rows = destinations.flatMap(({ id, type, change, audiences, excluded }) => {
    const counts = Object.entries(audiences).sort(([x], [y]) => (x < y ? -1 : 1));
    const first = [id, type, change];
    if (counts.length === 0) return [[...first, change === 'removed' ? '' : 'nobody', 0, 0, tally(excluded)]];
    return counts.map(([audience, { entries, exits }], i) =>
      i === 0 ? [...first, audience, entries, exits, tally(excluded)] : ['', '', '', audience, entries, exits, ''],
    );
  });
  const head = ['destination', 'type', 'change', 'audience', 'entries sent', 'exits sent', 'excluded'];
  const isRemoved = destinations.some(({ change }) => change === 'removed');
  const note = isRemoved ? 'A removed destination is sent nothing any more: it keeps the members that it has.\n' : '';
  return `${table(head, rows)}\n${note}`;
}

function printActivityChanges(activities: readonly ActivityChange[]): string {
  if (activities.length === 0) return '';
  const rows = activities.map(({ id, change, lifecycleState, audience = 'everybody', places, keys }) => [
    id,
    change,
    lifecycleState,
    audience,
    places.join(', '),
    keys.join(', '),
  ]);
  return `${table(['activity', 'change', 'state', 'audience', 'shown at', 'what'], rows)}\n`;
}

function printSchemas(schemas: readonly SchemaChange[]): string {
  if (schemas.length === 0) return '';
  const rows = schemas.map(({ schema, change, added, omitted }) => [schema, change, describe(change, added, omitted)]);
  return `${table(['schema', 'change', 'what'], rows)}\n`;
}

function describe(change: SchemaChange['change'], added: readonly string[], omitted: number): string {
  if (change !== 'changed') return '';
  if (added.length === 0) return 'no new fields, other rules or descriptors';
  return `new: ${added.join(', ')}${omitted > 0 ? ` and ${omitted} more` : ''}`;
}
