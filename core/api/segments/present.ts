import { segmentOptions } from '#core/catalog/compile-people.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { listSegments } from '#core/catalog/lifecycle.ts';
import { planOfLast, segmentWithNeeded } from '#core/catalog/plan-segment.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { type SizesNow, timeOf } from '../counts/now.ts';
import type { RouteCall } from '../management/route.ts';

/** The one sandbox that a stage is. */
export const sandboxOf = ({ call, deps }: RouteCall) => ({
  sandboxId: deps.stage,
  sandboxName: call.headers['x-sandbox-name'] ?? deps.stage,
  type: 'production',
  default: true,
});

/** A segment definition as AEP tells it. When it was made is not known: the version that is active is meant. */
export function describeSegment(definition: SegmentDefinition, active: ActiveDefinitions, call: RouteCall) {
  const { id, name, description, expression, mergePolicyId, lifecycleState, dataGovernancePolicy } = definition;
  const { catalog, activeSince = 0 } = active;
  const { method } = planOfLast(segmentWithNeeded(catalog, id)!, segmentOptions(catalog));
  const listing = listSegments(catalog).find((one) => one.id === id)!;
  const standard = catalog.mergePolicies.find((policy) => policy.default)?.id ?? 'default';
  return {
    id,
    schema: { name: '_xdm.context.profile' },
    profileInstanceId: 'ups',
    imsOrgId: call.call.headers['x-gw-ims-org-id'] ?? '',
    sandbox: sandboxOf(call),
    name,
    ...(description !== undefined && { description }),
    expression,
    mergePolicyId: mergePolicyId ?? standard,
    evaluationInfo: {
      batch: { enabled: method === 'batch' },
      continuous: { enabled: method === 'streaming' },
      synchronous: { enabled: method === 'edge' },
    },
    dataGovernancePolicy,
    lifecycleState,
    dependencies: listing.dependencies,
    dependents: listing.dependents,
    creationTime: activeSince,
    updateTime: activeSince,
    updateEpoch: Math.floor(activeSince / 1_000),
  };
}

/** The same as an audience, which AEP tells in another form. */
export function describeAudience(
  definition: SegmentDefinition,
  active: ActiveDefinitions,
  call: RouteCall,
  sizes: SizesNow,
): object {
  const described = describeSegment(definition, active, call);
  return {
    ...described,
    audienceId: definition.id,
    namespace: 'AEPSegments',
    originName: 'REAL_TIME_CUSTOMER_PROFILE',
    type: 'SegmentDefinition',
    audienceMeta: {},
    overridePerformanceWarnings: false,
    createdBy: 'tributary',
    labels: [],
    tags: [],
    metrics: metricsOf(definition.id, described.mergePolicyId, sizes),
  };
}

/** The size of an audience; none where counters do not have everybody yet. */
function metricsOf(id: string, mergePolicyId: string, { asOf, completeSince, members }: SizesNow): object {
  if (completeSince.profiles === undefined) return { type: 'export', jobId: '', id: '', data: {} };
  const totalProfiles = members[id] ?? 0;
  return {
    type: 'export',
    jobId: '',
    id: '',
    data: { totalProfiles, totalProfilesByMergePolicy: { [mergePolicyId]: totalProfiles } },
    createEpoch: Math.floor(asOf / 1_000),
    updateEpoch: Math.floor(asOf / 1_000),
    asOf: timeOf(asOf),
  };
}
