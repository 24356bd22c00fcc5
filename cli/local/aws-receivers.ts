import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  ResourceInUseException,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { z } from 'zod';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { kinesis } from '#lambdas/adapters/clients.ts';
import { Audiences, type Held, heldInFiles } from './audience-files.ts';

const WAIT_S = 60;

/** A stream of the local AWS, made where it is not there. @returns its ARN */
export async function provideStream(StreamName: string): Promise<string> {
  try {
    await kinesis().send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilStreamExists({ client: kinesis(), maxWaitTime: WAIT_S, minDelay: 1, maxDelay: 1 }, { StreamName });
  const { StreamDescriptionSummary } = await kinesis().send(new DescribeStreamSummaryCommand({ StreamName }));
  return StreamDescriptionSummary!.StreamARN!;
}

const message = z.object({
  identityMap: z.record(z.string(), z.array(z.object({ id: z.string() }))),
  segmentMembership: z.object({ ups: z.record(z.string(), z.object({ status: z.enum(['realized', 'exited']) })) }),
});

/** What a reader of a stream has who reads it from its beginning. */
export async function heldInStream(StreamARN: string): Promise<Held> {
  const audiences = new Audiences();
  const { Shards = [] } = await kinesis().send(new ListShardsCommand({ StreamARN }));
  for (const { ShardId } of Shards) {
    const first = await kinesis().send(
      new GetShardIteratorCommand({ StreamARN, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    let { ShardIterator } = first;
    while (ShardIterator) {
      const { Records = [], NextShardIterator } = await kinesis().send(
        new GetRecordsCommand({ StreamARN, ShardIterator }),
      );
      for (const { Data } of Records) {
        const { identityMap, segmentMembership } = message.parse(JSON.parse(new TextDecoder().decode(Data)));
        const ids = Object.values(identityMap).flatMap((own) => own.map(({ id }) => id));
        for (const [segment, { status }] of Object.entries(segmentMembership.ups)) audiences.put(segment, ids, status);
      }
      ShardIterator = Records.length > 0 ? NextShardIterator : undefined;
    }
  }
  return audiences.held();
}

/** What a reader of a destination's files in the exports bucket has. */
export async function heldInBucket(
  exports: ObjectStore,
  destination: { readonly id: string; readonly segments: readonly string[] },
): Promise<Held> {
  const folder = `${destination.id}/`;
  const keys = await Array.fromAsync(exports.list(folder));
  return heldInFiles(
    destination,
    keys.map((key) => key.slice(folder.length)),
    async (name) => new TextDecoder().decode((await exports.get(`${folder}${name}`))!),
  );
}
