import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Invoked } from '#lambdas/runtime/lane-handler.ts';
import { queueOfPool } from './lane-queues.ts';

/** The queue of a lane and its dead letters, as URLs. */
export interface LaneUrls {
  readonly queue: string;
  readonly deadLetters: string;
}

type LaneHandler = (event: SQSEvent, invoked?: Invoked) => Promise<SQSBatchResponse>;

/**
 * A handler for each lane that a function works off: Lambda calls it with messages of one queue at a time, that of the
 * function's own lane, or one of the pool's.
 * @param own the function's lane, of a function of the pool the first one
 */
export function perLane(own: LaneUrls, create: (lane: LaneUrls) => LaneHandler): LaneHandler {
  const handlers = new Map<string, LaneHandler>();
  return (event, invoked) => {
    const arn = event.Records[0]?.eventSourceARN ?? '';
    const handler = handlers.get(arn) ?? create(laneOf(arn, own));
    handlers.set(arn, handler);
    return handler(event, invoked);
  };
}

function laneOf(queueArn: string, { queue, deadLetters }: LaneUrls): LaneUrls {
  const lane = /-(lane-\d{3})\.fifo$/.exec(queueArn)?.[1];
  // A lane of the stage's own has a name that was made for it, which ends in something else.
  if (lane === undefined || !/-lane-\d{3}\.fifo$/.test(queue)) return { queue, deadLetters };
  return { queue: queueOfPool(queue, lane), deadLetters: queueOfPool(deadLetters, lane) };
}
