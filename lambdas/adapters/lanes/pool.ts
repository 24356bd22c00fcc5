import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { LanePool, LaneSwitch } from '#core/activation/ports/lane-pool.ts';
import { FILES_LANE } from '#core/contract/delivery-lanes.ts';
import { queueOfPool } from '../sqs/lane-queues.ts';
import { messagesIn } from '../sqs/message-counts.ts';

/** Where the pool of a stage is: the URLs of the queues of its first lane, and of the one in which files gather. */
export interface PoolPlace {
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

/** Reads what a stage says of its pool. */
export function poolPlaceOf(read: Readonly<Record<string, string>>): PoolPlace {
  const { lanes, queue = '', deadLetters = '', files = '', filesDeadLetters = '' } = read;
  return { lanes: Number(lanes), queue, deadLetters, files, filesDeadLetters };
}

/** The queues of a lane of the pool. */
export const urlsOfLane = (lane: string, pool: PoolPlace): LaneUrls =>
  lane === FILES_LANE
    ? { queue: pool.files, deadLetters: pool.filesDeadLetters }
    : { queue: queueOfPool(pool.queue, lane), deadLetters: queueOfPool(pool.deadLetters, lane) };

interface Clients {
  readonly sqs: () => SQSClient;
  readonly lambda: () => LambdaClient;
}

/** @param deliver name of the function that works off all lanes of the pool */
export function createLanePool(place: PoolPlace, deliver: string, { sqs, lambda }: Clients): LanePool {
  return {
    size: place.lanes,
    async messages(lane) {
      const { queue, deadLetters } = urlsOfLane(lane, place);
      const [waiting, dead] = await Promise.all([messagesIn(sqs(), queue), messagesIn(sqs(), deadLetters)]);
      return { waiting, deadLetters: dead };
    },
    async switches() {
      // Asked for together: a call for each would take half a minute.
      const found: LaneSwitch[] = [];
      const pages = paginateListEventSourceMappings({ client: lambda(), pageSize: 100 }, { FunctionName: deliver });
      for await (const { EventSourceMappings = [] } of pages) {
        found.push(...EventSourceMappings.flatMap((source) => switchOf(source, lambda)));
      }
      return found;
    },
  };
}

function switchOf(
  { UUID, State, EventSourceArn = '' }: EventSourceMappingConfiguration,
  lambda: Clients['lambda'],
): LaneSwitch[] {
  const lane = /-(lane-\d{3})\.fifo$/.exec(EventSourceArn)?.[1];
  if (lane === undefined) return [];
  const isOn = State === undefined || /^(Enabled|Enabling|Creating|Updating)$/.test(State);
  const turn = async (Enabled: boolean): Promise<void> => {
    await lambda().send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  };
  return [{ lane, isOn, turn }];
}
