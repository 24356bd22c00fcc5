import type { AamDestination } from '#core/activation/destinations/aam/definition.ts';
import { isEdgeDestination } from '#core/activation/edge-destinations/registry.ts';
import { isProfileDestination, lanesOfDestination } from '#core/activation/registry.ts';
import { isDefaultProduction } from '#core/activation/route-aam.ts';
import { PROFILE_CLASS } from '#core/schema/definition.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';
import { checkEdgeDestination } from './edge-destinations.ts';
import { expectNamespace, namespaceCodes } from './namespaces.ts';
import { checkProfileDestination } from './profile-destinations.ts';
import { unionOf } from './union.ts';

/** Of a sandbox (aep.md §6.5). */
const MAX_DESTINATIONS = 100;

/** Destinations activate segments that exist, with identities and attributes that exist. */
export function checkDestinations(catalog: LoadedCatalog, findings: Findings): void {
  const segments = idsOf(catalog.segments);
  const namespaces = namespaceCodes(catalog);
  const datasets = idsOf(catalog.datasets);
  const union = unionOf(catalog, PROFILE_CLASS);
  for (const loaded of catalog.destinations.slice(MAX_DESTINATIONS)) {
    findings.at(
      loaded,
      [],
      `a catalog has at most ${MAX_DESTINATIONS} destinations, this one has ${catalog.destinations.length}`,
    );
  }
  for (const loaded of catalog.destinations) {
    const { definition } = loaded;
    if (!definition) continue;
    checkSegments(loaded, definition.segments, segments, findings);
    if (isEdgeDestination(definition))
      checkEdgeDestination(loaded, definition, idsOf(catalog.datastreams), union, findings);
    else if (isProfileDestination(definition))
      checkProfileDestination(loaded, definition, namespaces, datasets, union, findings);
    else checkAudienceManager(loaded, definition, segments, namespaces, findings);
  }
  checkLanes(catalog, findings);
}

/** Lanes are called after their destinations; those of Audience Manager have two, which nobody else may be called like. */
function checkLanes({ destinations }: LoadedCatalog, findings: Findings): void {
  const owners = new Map<string, string>();
  for (const { definition } of destinations) {
    if (definition?.type !== 'aam') continue;
    for (const { id } of lanesOfDestination(definition)) owners.set(id, definition.id);
  }
  for (const loaded of destinations) {
    const owner = loaded.definition && owners.get(loaded.definition.id);
    if (owner === undefined) continue;
    findings.at(loaded, ['id'], `is what a delivery lane of "${owner}", a destination of Audience Manager, is called`, {
      hint: 'give the destination another id',
    });
  }
}

function checkSegments(
  loaded: Loaded<unknown>,
  ids: readonly string[],
  segments: ReadonlySet<string>,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const [i, id] of ids.entries()) {
    if (!segments.has(id)) {
      findings.at(loaded, ['segments', i], `unknown segment "${id}"`, { hint: didYouMean(id, segments) });
    }
    if (seen.has(id)) findings.at(loaded, ['segments', i], `"${id}" is in "segments" twice`);
    seen.add(id);
  }
}

function checkAudienceManager(
  loaded: Loaded<unknown>,
  destination: AamDestination,
  segments: ReadonlySet<string>,
  namespaces: ReadonlySet<string>,
  findings: Findings,
): void {
  if (!isDefaultProduction(destination)) {
    findings.at(loaded, ['sandbox'], 'Audience Manager is shared with from the default production sandbox only', {
      expected: '{ type: production, isDefault: true }',
      hint: 'remove the destination from catalogs of other sandboxes',
    });
  }
  for (const id of Object.keys(destination.traits ?? {})) {
    if (segments.has(id)) continue;
    findings.atKey(loaded, ['traits', id], `unknown segment "${id}"`, { hint: didYouMean(id, segments) });
  }
  for (const code of Object.keys(destination.dataProviderIds ?? {})) {
    expectNamespace(code, namespaces, loaded, ['dataProviderIds', code], findings);
  }
}
