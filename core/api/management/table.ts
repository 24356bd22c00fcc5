import { APPROVAL_ROUTES } from '../approvals/routes.ts';
import { AUDIENCE_ROUTES } from '../audiences/routes.ts';
import { BATCHES } from '../batch/description.ts';
import { COUNT_ROUTES } from '../counts/routes.ts';
import { DATA_ROUTES } from '../data/routes.ts';
import { DATASET_ROUTES } from '../datasets/routes.ts';
import { DEFINITION_ROUTES } from '../definitions/routes.ts';
import { DESTINATION_ACCESS_ROUTES } from '../destination-access/routes.ts';
import { DESTINATION_ROUTES } from '../destinations/routes.ts';
import { FLOW_ROUTES } from '../flows/routes.ts';
import { GOVERNANCE_ROUTES } from '../governance/routes.ts';
import { MAPPING_ROUTES } from '../mappings/routes.ts';
import { MERGE_POLICY_ROUTES } from '../merge-policies/routes.ts';
import { NAMESPACE_ROUTES } from '../namespaces/routes.ts';
import { OVERVIEW_ROUTES } from '../overview/routes.ts';
import { PEOPLE_ROUTES } from '../people/routes.ts';
import { REJECTED_RECORDS } from '../rejected-records/description.ts';
import { SCHEMA_REGISTRY_ROUTES } from '../schema-registry/routes.ts';
import { SEGMENT_ROUTES } from '../segments/routes.ts';
import { STAGE_ROUTES } from '../stage/routes.ts';
import { openApiOf } from './openapi.ts';
import { type ApiRoute, route } from './route.ts';

const FAMILIES_OF_AEP: readonly ApiRoute[] = [
  ...DEFINITION_ROUTES,
  ...APPROVAL_ROUTES,
  ...OVERVIEW_ROUTES,
  ...AUDIENCE_ROUTES,
  ...COUNT_ROUTES,
  ...SCHEMA_REGISTRY_ROUTES,
  ...DATASET_ROUTES,
  ...DATA_ROUTES,
  ...SEGMENT_ROUTES,
  ...MERGE_POLICY_ROUTES,
  ...NAMESPACE_ROUTES,
  ...FLOW_ROUTES,
  ...DESTINATION_ROUTES,
  ...GOVERNANCE_ROUTES,
  ...MAPPING_ROUTES,
  ...STAGE_ROUTES,
];

let description: object | undefined;

/** The description of the host in the form of OpenAPI; made when it is first asked for. */
export function describeHost(): object {
  description ??= openApiOf(
    [
      ...API_ROUTES,
      ...DESTINATION_ACCESS_ROUTES,
      ...PEOPLE_ROUTES,
      ...Object.values(BATCHES),
      ...Object.values(REJECTED_RECORDS),
    ],
    '0.1.0',
  );
  return description;
}

/** Everything that the management host answers by its router. */
export const API_ROUTES: readonly ApiRoute[] = [
  ...FAMILIES_OF_AEP,
  route({
    family: 'description',
    method: 'GET',
    path: '/openapi.json',
    scope: 'public',
    summary: 'Describe this host in the form of OpenAPI 3.1',
    handle: () => ({ status: 200, body: describeHost() }),
  }),
];
