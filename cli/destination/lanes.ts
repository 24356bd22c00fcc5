import { randomBytes } from 'node:crypto';
import {
  type EventSourceMappingConfiguration,
  ListEventSourceMappingsCommand,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  InvalidRequestException,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Resources } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { assignLanes, type LaneAssignments, lanesWanted } from '#core/activation/lanes.ts';
import { lanesOfDestination, requestTypeOf, TYPES } from '#core/activation/registry.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { destinationOfLane, destinationSecretPrefix, FILES_LANE } from '#core/contract/delivery-lanes.ts';
import { dynamoDb, lambda, secretsManager, sqs } from '#lambdas/adapters/clients.ts';
import { DynamoDbLaneAssignments } from '#lambdas/adapters/dynamodb/lane-assignments.ts';
import { createLaneQueues, type QueueOf, queueOfPool } from '#lambdas/adapters/sqs/lane-queues.ts';
import { markTextSecrets } from './text-secrets.ts';

interface Pool {
  readonly lanes: number;
  readonly queue: string;
  readonly deadLetters: string;
  readonly files: string;
  readonly filesDeadLetters: string;
}

/** The queue of a delivery lane and its dead letters, as URLs. */
export interface LaneUrls {
  readonly queue: string;
  readonly deadLetters: string;
}

function poolOf(resources: Resources): Pool {
  const read = JSON.parse(resources['lane-pool']) as Record<keyof Pool, string>;
  return { ...read, lanes: Number(read.lanes) };
}

const storeOf = (resources: Resources): DynamoDbLaneAssignments =>
  new DynamoDbLaneAssignments(dynamoDb(), resources['operations-table']);

const fixedQueues = (resources: Resources): Record<string, string> =>
  JSON.parse(resources['destination-queues']) as Record<string, string>;

const urlsOf = (lane: string, pool: Pool): LaneUrls =>
  lane === FILES_LANE
    ? { queue: pool.files, deadLetters: pool.filesDeadLetters }
    : { queue: queueOfPool(pool.queue, lane), deadLetters: queueOfPool(pool.deadLetters, lane) };

/** Finds the queue of every delivery lane of a stage, as its functions do. */
export function laneQueues(resources: Resources): QueueOf {
  const { queue: first, files } = poolOf(resources);
  return createLaneQueues(fixedQueues(resources), { first, files }, storeOf(resources), Date.now);
}

/** Delivery lane → its queues: those of the stage's own, and those of the pool by the destination that has them. */
export async function allLanes(resources: Resources): Promise<Record<string, LaneUrls>> {
  const deadLetters = JSON.parse(resources['dead-letter-queues']) as Record<string, string>;
  const own = Object.entries(fixedQueues(resources)).map(([id, queue]) => [
    id,
    { queue, deadLetters: deadLetters[id]! },
  ]);
  const pool = poolOf(resources);
  const { assignments } = await storeOf(resources).get();
  const assigned = Object.entries(assignments).map(([id, lane]) => [id, urlsOf(lane, pool)]);
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
  const pool = poolOf(resources);
  const { assignments } = await storeOf(resources).get();
  return laneIds.flatMap((id) => {
    const lane = assignments[id];
    return lane === undefined || lane === FILES_LANE ? [] : [urlsOf(lane, pool).queue];
  });
}

/** What `catalog apply` did with the lanes of the pool. */
export interface Assigned {
  readonly taken: readonly string[];
  readonly freed: readonly string[];
}

export interface AssignOptions {
  /** Whether a delivery lane is of the catalog that is active until then: functions still route to it. */
  readonly isActive: (laneId: string) => boolean;
  readonly isPaused: (destinationId: string) => Promise<boolean>;
}

const ROUNDS = 5;

/**
 * Gives the destinations of a catalog their lanes before it is made active, and takes back those that nobody needs: what
 * functions read of it then is there. Lanes that nobody has are switched off.
 * @param stage its name, for the secrets of destinations
 * @throws UserError where no lane is left
 */
export async function assignLanesOf(
  catalog: Catalog,
  stage: string,
  resources: Resources,
  { isActive, isPaused }: AssignOptions,
): Promise<Assigned> {
  const fixed = fixedQueues(resources);
  const open = catalog.destinations.flatMap(lanesOfDestination).filter(({ id }) => !(id in fixed));
  const owners = new Map(open.map(({ id, destinationId }) => [id, destinationId]));
  const ownerOf = (laneId: string): string => owners.get(laneId) ?? destinationOfLane(laneId);
  const pooled = catalog.destinations.filter(({ id }) => owners.has(id));
  const signed = pooled.filter(hasSecret).map(({ id }) => id);
  const texting = pooled.filter(sendsTexts).map(({ id }) => id);
  const pool = poolOf(resources);
  const store = storeOf(resources);
  for (let round = 0; round < ROUNDS; round++) {
    const { version, assignments } = await store.get();
    const idle = await idleLanes(Object.values(assignments), pool);
    const mayFree = (id: string, lane: string): boolean => !isActive(id) && idle.has(lane);
    const plan = assignLanes(assignments, lanesWanted(open), pool.lanes, mayFree);
    if (plan.without.length > 0) throw new UserError(noneLeft(plan.without.map(ownerOf), pool.lanes, stage));
    const isSame = JSON.stringify(plan.assignments) === JSON.stringify(assignments);
    const isNew = (id: string): boolean => plan.taken.includes(id) || !(id in assignments);
    if (pool.lanes > 0) await provideSecrets(signed.filter(isNew), texting, stage);
    if (!isSame && !(await store.put(version, plan.assignments))) continue;
    const gone = Object.keys(assignments).filter((id) => !(id in plan.assignments));
    for (const id of gone) await forgetSecret(id, stage);
    await switchPool(plan.assignments, resources, (laneId) => isPaused(ownerOf(laneId)));
    return { taken: plan.taken, freed: plan.freed };
  }
  throw new UserError('Somebody else is giving out delivery lanes at the same time: try again.');
}

async function provideSecrets(ids: readonly string[], texting: readonly string[], stage: string): Promise<void> {
  for (const id of ids) await createSecret(id, stage);
  await markTextSecrets(texting, stage);
}

const sendsTexts = (destination: DestinationDefinition): boolean => requestTypeOf(destination)?.texts !== undefined;

/** Whether deliveries to a destination need anything secret: requests about people are signed, files may need a sign-in. */
function hasSecret(destination: Pick<DestinationDefinition, 'type'>): boolean {
  const type = TYPES.get(destination.type);
  return type?.delivery === 'requests' || (type !== undefined && Object.keys(type.credentials).length > 0);
}

const noneLeft = (ids: readonly string[], lanes: number, stage: string): string =>
  `No delivery lane is left for: ${ids.join(', ')}. The stage has ${lanes}: raise "lanes" in stages/${stage}.yaml and deploy. ` +
  'The lane of a destination that has left the catalog is free when its queue and its dead letters are empty: see "tributary destination list".';

async function idleLanes(lanes: readonly string[], pool: Pool): Promise<ReadonlySet<string>> {
  const counts = await Promise.all(
    [...new Set(lanes)].map(async (lane) => {
      const { queue, deadLetters } = urlsOf(lane, pool);
      return [lane, (await messagesIn(queue)) + (await messagesIn(deadLetters))] as const;
    }),
  );
  return new Set(counts.filter(([, messages]) => messages === 0).map(([lane]) => lane));
}

async function messagesIn(QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs().send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

/** Switches on the lanes that somebody has and is not paused by hand, and off those that nobody has. */
async function switchPool(
  assignments: LaneAssignments,
  resources: Resources,
  isPaused: (laneId: string) => Promise<boolean>,
): Promise<void> {
  const states = await Promise.all(
    Object.entries(assignments).map(async ([id, lane]) => ({ lane, paused: await isPaused(id) })),
  );
  const inUse = new Set(states.filter(({ paused }) => !paused).map(({ lane }) => lane));
  for (const { UUID, State, EventSourceArn = '' } of await poolSources(resources)) {
    const lane = /-(lane-\d{3})\.fifo$/.exec(EventSourceArn)?.[1];
    const Enabled = lane !== undefined && inUse.has(lane);
    const is = State === undefined || /^(Enabled|Enabling|Creating|Updating)$/.test(State);
    if (lane !== undefined && is !== Enabled)
      await lambda().send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  }
}

/** The event sources of all lanes of the pool, asked for together: a call for each would take half a minute. */
async function poolSources(resources: Resources): Promise<EventSourceMappingConfiguration[]> {
  const { 'deliver-http/pool': FunctionName } = JSON.parse(resources.functions) as Readonly<Record<string, string>>;
  const sources: EventSourceMappingConfiguration[] = [];
  const pages = paginateListEventSourceMappings({ client: lambda(), pageSize: 100 }, { FunctionName });
  for await (const { EventSourceMappings = [] } of pages) sources.push(...EventSourceMappings);
  return sources;
}

/** The event sources that work off a queue. */
export async function sourcesOf(QueueUrl: string): Promise<EventSourceMappingConfiguration[]> {
  const { Attributes } = await sqs().send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const { EventSourceMappings = [] } = await lambda().send(
    new ListEventSourceMappingsCommand({ EventSourceArn: Attributes!.QueueArn! }),
  );
  return EventSourceMappings;
}

/** The name of the secret of a destination that has a lane of the pool. */
export const secretName = (destinationId: string, stage: string): string =>
  `${destinationSecretPrefix(stage)}${destinationId}`;

/** With a signing key that nobody has to think of; what else is needed is put there by hand. */
export async function createSecret(destinationId: string, stage: string): Promise<void> {
  const Name = secretName(destinationId, stage);
  try {
    await secretsManager().send(
      new CreateSecretCommand({
        Name,
        Description: `What Tributary ${stage} needs to deliver to ${destinationId}`,
        SecretString: JSON.stringify({ signingKey: randomBytes(32).toString('hex') }),
      }),
    );
  } catch (error) {
    const isThere = error instanceof ResourceExistsException || error instanceof InvalidRequestException;
    if (!isThere) throw error;
    const { DeletedDate } = await secretsManager().send(new DescribeSecretCommand({ SecretId: Name }));
    // It was deleted not long ago, with a destination of the same name.
    if (DeletedDate) await secretsManager().send(new RestoreSecretCommand({ SecretId: Name }));
  }
}

/** Deleted after the thirty days in which it can be had back. */
async function forgetSecret(destinationId: string, stage: string): Promise<void> {
  try {
    await secretsManager().send(new DeleteSecretCommand({ SecretId: secretName(destinationId, stage) }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
