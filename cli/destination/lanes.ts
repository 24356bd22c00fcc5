import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Resources } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { giveLanes, type LanesGiven, noLaneLeft } from '#core/activation/give-lanes.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { FILES_LANE } from '#core/contract/delivery-lanes.ts';
import { dynamoDb, lambda, secretsManager, sqs } from '#lambdas/adapters/clients.ts';
import { DynamoDbLaneAssignments } from '#lambdas/adapters/dynamodb/lane-assignments.ts';
import {
  createLanePool,
  type LaneUrls,
  type PoolPlace,
  poolPlaceOf,
  urlsOfLane,
} from '#lambdas/adapters/lanes/pool.ts';
import { createLaneSecrets } from '#lambdas/adapters/secrets-manager/lane-secrets.ts';
import { createLaneQueues, type QueueOf } from '#lambdas/adapters/sqs/lane-queues.ts';

const placeOf = (resources: Resources): PoolPlace =>
  poolPlaceOf(JSON.parse(resources['lane-pool']) as Record<string, string>);

const storeOf = (resources: Resources): DynamoDbLaneAssignments =>
  new DynamoDbLaneAssignments(dynamoDb(), resources['operations-table']);

const fixedQueues = (resources: Resources): Record<string, string> =>
  JSON.parse(resources['destination-queues']) as Record<string, string>;

/** Finds the queue of every delivery lane of a stage, as its functions do. */
export function laneQueues(resources: Resources): QueueOf {
  const { queue: first, files } = placeOf(resources);
  return createLaneQueues(fixedQueues(resources), { first, files }, storeOf(resources), Date.now);
}

/** Delivery lane → its queues: those of the stage's own, and those of the pool by the destination that has them. */
export async function allLanes(resources: Resources): Promise<Record<string, LaneUrls>> {
  const deadLetters = JSON.parse(resources['dead-letter-queues']) as Record<string, string>;
  const own = Object.entries(fixedQueues(resources)).map(([id, queue]) => [
    id,
    { queue, deadLetters: deadLetters[id]! },
  ]);
  const pool = placeOf(resources);
  const { assignments } = await storeOf(resources).get();
  const assigned = Object.entries(assignments).map(([id, lane]) => [id, urlsOfLane(lane, pool)]);
  return Object.fromEntries([...assigned, ...own]) as Record<string, LaneUrls>;
}

/** Delivery lane of a destination → its name in the pool; `own` where the stage's file gives it one. */
export async function laneNames(resources: Resources): Promise<Readonly<Record<string, string>>> {
  const { assignments } = await storeOf(resources).get();
  const own = Object.keys(fixedQueues(resources)).map((id) => [id, 'own']);
  return { ...assignments, ...Object.fromEntries(own) };
}

/** Queues of the pool that some delivery lanes have to themselves. */
export async function poolQueuesOf(laneIds: readonly string[], resources: Resources): Promise<string[]> {
  const pool = placeOf(resources);
  const { assignments } = await storeOf(resources).get();
  return laneIds.flatMap((id) => {
    const lane = assignments[id];
    return lane === undefined || lane === FILES_LANE ? [] : [urlsOfLane(lane, pool).queue];
  });
}

export interface AssignOptions {
  /** Whether a delivery lane is of the catalog that is active until then: functions still route to it. */
  readonly isActive: (laneId: string) => boolean;
  readonly isPaused: (destinationId: string) => Promise<boolean>;
}

/**
 * Gives the destinations of a catalog their lanes before it is made active.
 * @param stage its name, for the secrets of destinations
 * @throws UserError where no lane is left
 */
export async function assignLanesOf(
  catalog: Catalog,
  stage: string,
  resources: Resources,
  options: AssignOptions,
): Promise<LanesGiven> {
  const place = placeOf(resources);
  const { 'deliver-http/pool': deliver = '' } = JSON.parse(resources.functions) as Readonly<Record<string, string>>;
  const given = await giveLanes(catalog.destinations, {
    assignments: storeOf(resources),
    pool: createLanePool(place, deliver, { sqs, lambda }),
    secrets: createLaneSecrets(secretsManager, stage),
    fixed: new Set(Object.keys(fixedQueues(resources))),
    ...options,
  });
  if (!('reason' in given)) return given;
  if (given.reason === 'none-left') throw new UserError(noLaneLeft(given.without, place.lanes, stage));
  throw new UserError('Somebody else is giving out delivery lanes at the same time: try again.');
}

/** The event sources that work off a queue. */
export async function sourcesOf(QueueUrl: string): Promise<EventSourceMappingConfiguration[]> {
  const { Attributes } = await sqs().send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const { EventSourceMappings = [] } = await lambda().send(
    new ListEventSourceMappingsCommand({ EventSourceArn: Attributes!.QueueArn! }),
  );
  return EventSourceMappings;
}
