import * as z from 'zod';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { isAssignment } from '#core/governance/definition.ts';
import { withIncluded } from '#core/governance/labels.ts';
import { deniedBy, marketingAction } from '#core/governance/policies.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { corePolicies, describePolicy, marketingActionsOf, ownPolicies } from './policies.ts';

const FAMILY = 'policies';

export const entityList = z
  .array(
    z.looseObject({
      entityType: z.string(),
      entityId: z.string(),
      entityMeta: z.looseObject({ fields: z.array(z.string()).optional() }).optional(),
    }),
  )
  .min(1)
  .max(100);
type Entities = z.output<typeof entityList>;

interface Discovered {
  readonly labels: readonly string[];
  readonly discoveredLabels: readonly object[];
}

/** The labels of datasets, and of their schemas: of some fields where these are named. @returns the id of one that is not there */
function labelsOf(entities: Entities, { catalog }: ActiveDefinitions): Discovered | string {
  const discovered: object[] = [];
  const all = new Set<string>();
  for (const { entityType, entityId, entityMeta } of entities) {
    const dataset = catalog.datasets.find(({ id }) => id === entityId);
    if (!dataset || entityType.toLowerCase() !== 'dataset') return entityId;
    const wanted = entityMeta?.fields?.map((path) => path.replaceAll('/properties/', '.').replace(/^[./]/, ''));
    const assignments = (catalog.labels ?? []).filter(
      (one) => isAssignment(one) && (one.dataset === dataset.id || one.schema === dataset.schemaRef.id),
    );
    const whole = assignments.flatMap((one) => (isAssignment(one) ? one.labels : []));
    const fields = assignments
      .flatMap((one) => (isAssignment(one) ? Object.entries(one.fields) : []))
      .filter(([path]) => wanted === undefined || wanted.some((field) => `${field}.`.startsWith(`${path}.`)));
    for (const label of [...whole, ...fields.flatMap(([, labels]) => labels)]) all.add(label);
    discovered.push({
      entityType,
      entityId,
      dataSetLabels: {
        connection: { labels: [] },
        dataset: { labels: whole },
        fields: fields.map(([path, labels]) => ({
          path: `/properties/${path.split('.').join('/properties/')}`,
          labels,
        })),
      },
    });
  }
  return { labels: [...all], discoveredLabels: discovered };
}

function evaluated(
  action: string,
  { labels, discoveredLabels }: Discovered,
  withDrafts: boolean,
  active: ActiveDefinitions,
  call: RouteCall,
): object {
  const included = new Set(labels.flatMap(withIncluded));
  const counting = [...corePolicies(active), ...ownPolicies(active)].filter(
    ({ status }) => status === 'ENABLED' || (withDrafts && status === 'DRAFT'),
  );
  const violated = counting.filter(
    ({ marketingActionRefs, deny }) =>
      marketingActionRefs.map(marketingAction).includes(action) && deniedBy(deny, included),
  );
  return {
    timestamp: call.deps.now(),
    clientId: call.caller.id,
    userId: call.caller.id,
    imsOrg: call.call.headers['x-gw-ims-org-id'] ?? '',
    sandboxName: call.call.headers['x-sandbox-name'] ?? call.deps.stage,
    marketingActionRef: `/data/foundation/dulepolicy/marketingActions/${action}`,
    duleLabels: labels,
    ...(discoveredLabels.length > 0 && { discoveredLabels }),
    violatedPolicies: violated.map((policy) => describePolicy(policy, active, call)),
  };
}

export interface EvaluationQuery {
  readonly duleLabels?: string | undefined;
  readonly includeDraft?: boolean | undefined;
}

/** `GET` (labels) and `POST` (datasets) `/marketingActions/{kind}/{name}/constraints`: which policies would be violated. */
export async function evaluate(entities: Entities | undefined, call: RouteCall<EvaluationQuery>): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const { kind, name } = call.params;
  const isCore = marketingActionsOf('core', active)!.some((one) => (one as { name: string }).name === name);
  if (kind !== 'custom' && !(kind === 'core' && isCore))
    return problem(FAMILY, 404, 'There is no marketing action of this name');
  const { duleLabels, includeDraft = false } = call.query;
  const found = entities
    ? labelsOf(entities, active)
    : { labels: (duleLabels ?? '').split(',').filter(Boolean), discoveredLabels: [] };
  if (typeof found === 'string') return problem(FAMILY, 400, `entityId: there is no dataset ${found.slice(0, 100)}`);
  return { status: 200, body: evaluated(`${kind}/${name}`, found, includeDraft, active, call) };
}

export const bulkRequests = z
  .array(
    z.object({
      evalRef: z.string().min(1),
      includeDraft: z.boolean().optional(),
      labels: z.array(z.string()).optional(),
      entityList: entityList.optional(),
    }),
  )
  .min(1)
  .max(100);

/** `POST /bulk-eval`: several at once, each with an answer of its own. */
export async function evaluateAll(requests: z.output<typeof bulkRequests>, call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const body = requests.map(({ evalRef, includeDraft = false, labels = [], entityList: entities }) => {
    const action = marketingAction(evalRef.replace(/\/constraints\/?$/, ''));
    const found = entities ? labelsOf(entities, active) : { labels, discoveredLabels: [] };
    if (typeof found === 'string')
      return { status: 400, body: problem(FAMILY, 400, `entityId: there is no dataset ${found.slice(0, 100)}`).body };
    return { status: 200, body: evaluated(action, found, includeDraft, active, call) };
  });
  return { status: 207, body };
}
