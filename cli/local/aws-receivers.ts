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

/** Who reads what is put on streams and into files of the local AWS: audience → identifiers. */
export type Held = Readonly<Record<string, readonly string[]>>;

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

/** The first two columns. */
const ROW = /^(?:"((?:[^"]|"")*)"|([^",\r\n\u2028\u2029]*)),(realized|exited),/gm;

/** What a reader of a destination's files has who reads all of them, the oldest first. They have a status and an identity. */
export async function heldInFiles(
  exports: ObjectStore,
  { id, segments }: { readonly id: string; readonly segments: readonly string[] },
): Promise<Held> {
  const audiences = new Audiences();
  for (const segment of segments) {
    const keys = await Array.fromAsync(exports.list(`${id}/${id}_segment${segment}_`));
    for (const key of keys.sort()) {
      const text = new TextDecoder().decode((await exports.get(key))!);
      for (const [, quoted, plain, status] of text.matchAll(ROW)) {
        const identity = quoted?.replaceAll('""', '"') ?? plain!;
        audiences.put(segment, [identity], status as 'realized' | 'exited');
      }
    }
  }
  return audiences.held();
}

class Audiences {
  readonly #members = new Map<string, Set<string>>();

  put(segment: string, identifiers: readonly string[], status: 'realized' | 'exited'): void {
    const members = this.#members.get(segment) ?? new Set<string>();
    this.#members.set(segment, members);
    for (const each of identifiers) {
      if (status === 'realized') members.add(each);
      else members.delete(each);
    }
  }

  held(): Held {
    return Object.fromEntries([...this.#members].map(([segment, own]) => [segment, [...own].sort()]));
  }
}
