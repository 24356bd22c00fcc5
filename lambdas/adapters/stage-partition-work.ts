import { setTimeout } from 'node:timers/promises';
import { type PartitionMessage, partitionMessage } from '#core/jobs/partition-message.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createSqsHandler, eachInOrder, type QueueItem } from '#lambdas/runtime/sqs-handler.ts';

interface Environment {
  readonly OPERATIONS_TABLE: string;
  readonly CATALOG_BUCKET: string;
  readonly WORK_SECONDS: number;
}

/** What every function that works on parts of jobs has of its stage. @param queueUrl of the queue its parts come from */
export const stagePartitionWork = (environment: Environment, queueUrl: string) => ({
  catalog: createCatalogReader(environment),
  queue: new SqsMessageQueue<PartitionMessage>(sqs(), queueUrl),
  workMs: environment.WORK_SECONDS * 1_000,
  now: Date.now,
  untilSeen: () => setTimeout(UNTIL_SEEN_MS),
  backoff: backoffBefore,
});

/** The jobs of a kind. @param prefix of their items */
export const jobsUnder = ({ OPERATIONS_TABLE }: Environment, prefix: string) =>
  new DynamoDbJobs(dynamoDb(), OPERATIONS_TABLE, prefix);

/** Works on one part a call. */
export const partitionHandler = (work: (item: QueueItem<PartitionMessage>) => Promise<void>) =>
  createSqsHandler(partitionMessage, eachInOrder(work, 1));
