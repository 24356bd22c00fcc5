import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { z } from 'zod';
import type { Delivery } from '#core/activation/delivery.ts';
import type { Invoked } from './lane-handler.ts';
import { readBody } from './sqs-handler.ts';

type KindHandler = (event: SQSEvent, invoked?: Invoked) => Promise<SQSBatchResponse>;
type Kind = Delivery['kind'];

const ofKind = z.looseObject({ kind: z.string() });

/**
 * A handler for each kind of delivery: a lane of the pool takes what its destination is sent, and the lane of files what all
 * of them are. What is of no kind that is known here goes to the first, which cannot read it either and makes it a dead letter.
 */
export function perKind(handlers: Readonly<Partial<Record<Kind, KindHandler>>>): KindHandler {
  const byKind = new Map<string, KindHandler>(Object.entries(handlers));
  const [first] = byKind.values();
  const handlerOf = (record: SQSRecord): KindHandler => byKind.get(readBody(ofKind, record)?.kind ?? '') ?? first!;
  return async ({ Records }, invoked) => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const [handle, own] of Map.groupBy(Records, handlerOf)) {
      batchItemFailures.push(...(await handle({ Records: own }, invoked)).batchItemFailures);
    }
    return { batchItemFailures };
  };
}
