import { hash } from 'node:crypto';
import { PutRecordsCommand, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { UserError } from '#cli/user-error.ts';
import { kinesis } from '#lambdas/adapters/clients.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';

/** Limits of one PutRecords call. */
const MAX_RECORDS = 500;
const MAX_BYTES = 4_500_000;
const ATTEMPTS = 10;

/** Puts messages on a Kinesis stream, in order; those that were throttled are sent again. @returns how many */
export async function sendToStream(stream: string, messages: AsyncIterable<string>): Promise<number> {
  let sent = 0;
  let batch: PutRecordsRequestEntry[] = [];
  let bytes = 0;
  for await (const message of messages) {
    const Data = Buffer.from(message);
    if (batch.length === MAX_RECORDS || bytes + Data.length > MAX_BYTES) {
      await putAll(stream, batch);
      batch = [];
      bytes = 0;
    }
    batch.push({ Data, PartitionKey: hash('sha256', message, 'hex').slice(0, 16) });
    bytes += Data.length;
    sent += 1;
  }
  if (batch.length > 0) await putAll(stream, batch);
  return sent;
}

async function putAll(stream: string, entries: readonly PutRecordsRequestEntry[]): Promise<void> {
  let pending = [...entries];
  for (let attempt = 1; pending.length > 0; attempt++) {
    if (attempt > ATTEMPTS) throw new UserError(`The stream ${stream} did not accept ${pending.length} records`);
    if (attempt > 1) await backoffBefore(attempt);
    const { Records = [] } = await kinesis().send(new PutRecordsCommand({ StreamName: stream, Records: pending }));
    pending = pending.filter((_, index) => Records[index]?.ErrorCode !== undefined);
  }
}
