import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import { edgeTypeOf } from '#core/activation/edge-destinations/registry.ts';
import type { EdgeProjection } from '#core/edge/projection.ts';
import type { ProfileSettings } from '#core/profile/profiles.ts';
import { createPathTree } from '#core/segmentation/pql/compile/paths.ts';
import { compileSegments, type SegmentSet } from '#core/segmentation/segment-set.ts';
import type { Catalog } from './catalog.ts';
import { segmentOptions } from './compile-people.ts';

/** What is asked of everybody, whatever segments and destinations read. */
const ALWAYS = ['consents', 'privacyOptOuts'];

/**
 * What of profiles a catalog wants to have at the edge (docs/edge.md, "Copies of profiles").
 * @param segments those that see people by the default merge policy
 * @returns undefined where no datastream is enabled: then nobody asks
 */
export function compileEdgeProjection(
  catalog: Catalog,
  profile: ProfileSettings,
  segments: SegmentSet,
): EdgeProjection | undefined {
  const { datastreams = [], edgeDestinations = [], activities = [] } = catalog;
  if (!datastreams.some(({ enabled }) => enabled)) return undefined;
  const destinations = edgeDestinations.filter(({ enabled }) => enabled);
  const audiences = activities.flatMap(({ audience, lifecycleState }) =>
    audience === undefined || lifecycleState !== 'published' ? [] : [audience],
  );
  const asked = [...new Set([...destinations.flatMap((one) => one.segments), ...audiences])].sort();
  const paths = [
    ...new Set(
      destinations.flatMap((one) =>
        edgeTypeOf(one)
          .attributes(one)
          .map(({ path }) => path),
      ),
    ),
  ];
  // An edge segment builds on edge segments only (`planSegments`).
  const definitions = catalog.segments.filter(({ id }) => segments.plans.get(id)?.method === 'edge');
  const what = [asked, paths.sort(), definitions, catalog.evaluationSettings];
  const who = [profile.mergePolicy, catalog.identitySettings, catalog.namespaces, catalog.mergePolicies];
  const where = catalog.datasets.map(({ id, tags }) => [id, tags]);
  let compiled: { readonly segments: SegmentSet; readonly attributes: EdgeProjection['attributes'] } | undefined;
  const compile = () => {
    const edge = compileSegments(definitions, segmentOptions(catalog));
    const tree = createPathTree();
    for (const path of [...ALWAYS, ...paths]) tree.add(path.split('.'));
    for (const path of edge.attributeKeys) tree.add(path);
    return { segments: edge, attributes: (view: Readonly<Record<string, unknown>>) => tree.project(view) };
  };
  // Who only reads copies does not compile anything for them.
  const made = () => (compiled ??= compile());
  return {
    shape: hash('sha256', stringify([what, who, where]) ?? '', 'base64url').slice(0, 12),
    profile,
    asked: new Set(asked),
    segments: { projectEvent: (entity) => made().segments.projectEvent(entity) },
    attributes: (view) => made().attributes(view),
  };
}
