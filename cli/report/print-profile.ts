import type { EntityAnswer } from '#core/access/entity.ts';
import type { EventPage } from '#core/access/events.ts';
import { isObject } from '#core/util/is-object.ts';
import { table } from './table.ts';

/** A profile for people: its identities, its attributes as paths, its audiences. */
export function printProfile(identity: string, { entity, sources, mergePolicy, lastModifiedAt }: EntityAnswer): string {
  const { identityMap = {}, segmentMembership, ...attributes } = entity;
  const identities = Object.entries(identityMap as Record<string, { id: string }[]>).flatMap(([namespace, items]) =>
    items.map(({ id }) => [namespace, id]),
  );
  const ups = (segmentMembership as { ups: Record<string, Record<string, string>> } | undefined)?.ups ?? {};
  const audiences = Object.entries(ups).map(([id, held]) => [id, held.status ?? '', held.lastQualificationTime ?? '']);
  const head = [
    `Profile of ${identity}, under merge policy ${mergePolicy.id}`,
    `  datasets ${sources.join(', ') || 'none'}; newest record ${lastModifiedAt}`,
  ].join('\n');
  return `${[
    head,
    ...section('Identities', ['namespace', 'value'], identities),
    ...section('Attributes', ['field', 'value'], flatten(attributes)),
    ...section('Audiences', ['id', 'status', 'since'], audiences),
  ].join('\n\n')}\n`;
}

/** Events for people, one a line. */
export function printEvents(identity: string, { children, _page }: EventPage): string {
  const rows = children.map(({ timestamp, entityId, entity }) => [
    new Date(timestamp).toISOString(),
    entityId,
    typeof entity.eventType === 'string' ? entity.eventType : '',
  ]);
  const lines = [`Events of ${identity}: ${rows.length === 0 ? 'none' : rows.length}`];
  if (rows.length > 0) lines.push(table(['time', 'id', 'type'], rows));
  if (_page.next !== '') lines.push(`  There are more; go on with --start ${_page.next}`);
  return `${lines.join('\n')}\n`;
}

const section = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length > 0 ? [`${title}\n${table(head, rows)}`] : [];

/** Dotted path → value as JSON, texts as they are. */
function flatten(value: Readonly<Record<string, unknown>>, prefix = ''): string[][] {
  return Object.entries(value).flatMap(([name, below]) => {
    const path = `${prefix}${name}`;
    if (isObject(below)) return flatten(below, `${path}.`);
    return [[path, typeof below === 'string' ? below : JSON.stringify(below)]];
  });
}

interface SourcesAnswer {
  readonly profile: string;
  readonly attributes: readonly {
    readonly path: string;
    readonly value: unknown;
    readonly dataset: string;
    readonly recordedAt: string;
    readonly identity: string;
  }[];
}

/** Each attribute with the record it comes from. */
export function printAttributeSources({ profile, attributes }: SourcesAnswer): string {
  const rows = attributes.map(({ path, value, dataset, recordedAt, identity }) => [
    path,
    typeof value === 'string' ? value : JSON.stringify(value),
    dataset,
    recordedAt,
    identity,
  ]);
  return `${profile}\n${table(['attribute', 'value', 'dataset', 'recorded', 'identity of the record'], rows)}\n`;
}
