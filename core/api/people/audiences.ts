import { membershipsOf } from '#core/access/entity.ts';
import { type AudienceExplanation, explainAudience } from '#core/access/explain-audience.ts';
import { findProfile } from '#core/access/find-profile.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { askedAudience, segmentWithNeeded } from '#core/catalog/plan-segment.ts';
import { profileDatasets } from '#core/catalog/stage-settings.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { ExplainedPart } from '#core/segmentation/explain/explain.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import { isoOf, nameOf } from './attributes.ts';
import type { PeopleCall } from './deps.ts';
import { FAMILY, type Glass, type Opened, openProfile } from './opened.ts';

/** `GET /{reference}/audiences`: in which audiences somebody is, was, or is not, since when, and until when. */
export async function showAudiences(call: PeopleCall): Promise<HttpAnswer> {
  const opened = await openProfile(call, 'audiences');
  if ('status' in opened) return opened;
  const { deps } = call;
  const now = deps.now();
  const { catalog } = await deps.definitions.active();
  const held = await membershipsOf(opened.key, opened.item, { ...deps, settings: opened.settings.access, now });
  const changes = await nextChanges(opened, call);
  const all = [...opened.catalog.segmentDefinitions.values()];
  const shown = all.filter(({ id }) => mayExplain(id, catalog, opened));
  const audiences = shown.map(({ id, name, description }) => {
    const { status = 'none', lastQualificationTime } = held[id] ?? {};
    const changesAt = changes.get(id);
    return {
      ...nameOf({ id, name }),
      ...(description !== undefined && { description }),
      status,
      ...(lastQualificationTime !== undefined && { since: lastQualificationTime }),
      ...(changesAt !== undefined && { changesAt: isoOf(changesAt) }),
      method: opened.catalog.segments.plans.get(id)?.method,
    };
  });
  const body = { asOf: isoOf(now), optedOut: opened.profile.optedOut, audiences, omitted: all.length - shown.length };
  return { status: 200, body };
}

/** Of audiences that do not wait for the daily evaluation: when time alone may change whether somebody is in them. */
async function nextChanges({ key, settings, catalog }: Opened, { deps }: PeopleCall): Promise<Map<string, number>> {
  const changes = new Map<string, number>();
  for (const { mergePolicy } of settings.access.policies) {
    const set = catalog.segmentsByMergePolicy.get(mergePolicy.id);
    const found = set && (await findProfile(key, mergePolicy, { ...deps, settings: settings.access }));
    if (!found) continue;
    const evaluator = set.evaluator(found.profile.view);
    for (const id of set.streamed) {
      const at = evaluator.nextChange([id], deps.now());
      if (Number.isFinite(at)) changes.set(id, at);
    }
  }
  return changes;
}

/** Whether the rule of an audience, and those it is built on, name nothing that is hidden: who is in it would tell it. */
export function mayExplain(id: string, catalog: Catalog, { visibility }: Glass): boolean {
  const rules = segmentWithNeeded(catalog, id)?.map(({ expression }: SegmentDefinition) => expression.value) ?? [];
  return !visibility.hidden.some((path) => rules.some((rule) => rule.includes(path.split('.').at(-1)!)));
}

/** `GET /{reference}/audiences/{id}/explanation`: why somebody is in an audience, or is not. */
export async function explainInAudience(call: PeopleCall): Promise<HttpAnswer> {
  const { deps, params } = call;
  const id = params.id ?? '';
  const opened = await openProfile(call, 'audiences');
  if ('status' in opened) return opened;
  const { catalog } = await deps.definitions.active();
  const audience = askedAudience(catalog, opened.catalog, id);
  if (!audience) return problem(FAMILY, 404, 'The active definitions have no audience of this id');
  if (!mayExplain(id, catalog, opened)) {
    return problem(
      FAMILY,
      403,
      'The rule of this audience reads a field whose label the scopes of the caller do not name',
    );
  }
  const datasets = profileDatasets(opened.catalog.datasets);
  const now = deps.now();
  const explanation = await explainAudience(opened.key, audience, {
    ...deps,
    settings: opened.settings.access,
    lookups: lookupReader(deps.lookups),
    isProfileEnabled: (datasetId) => datasets.has(datasetId),
    now,
  });
  if (!explanation) return problem(FAMILY, 404, 'This person has no data under the merge policy of the audience');
  const { name } = audience.definitions.at(-1)!;
  return {
    status: 200,
    body: { audience: nameOf({ id, name }), asOf: isoOf(now), ...shownExplanation(explanation, opened) },
  };
}

function shownExplanation({ method, isMember, optedOut, evaluated, rule }: AudienceExplanation, glass: Glass): object {
  return {
    method,
    isMember,
    optedOut,
    ...(evaluated && { evaluated: { status: evaluated.status, since: isoOf(evaluated.lastQualificationTime) } }),
    rule: shownPart(rule, glass),
  };
}

/** A part of a rule with what was found for it; of a masked value, that there is one. */
function shownPart({ kind, text, isTrue, changesAt, parts, values, events }: ExplainedPart, glass: Glass): object {
  const { visibility } = glass;
  return {
    kind,
    text,
    isTrue,
    ...(changesAt !== undefined && { changesAt: isoOf(changesAt) }),
    parts: parts.map((part) => shownPart(part, glass)),
    ...(values && {
      values: Object.entries(values).map(([path, value]) => {
        const keys = path.replaceAll('`', '').split('.');
        const shown = visibility.shown(keys, value);
        return { path, ...(shown ? { value: shown.value } : { isMasked: true }), labels: visibility.labelsOf(keys) };
      }),
    }),
    ...(events && {
      events: {
        count: events.count,
        newest: events.newest.map(({ time, eventType }) => ({
          time: isoOf(time),
          ...(eventType !== undefined && visibility.values === 'all' && { type: eventType }),
        })),
      },
    }),
  };
}
