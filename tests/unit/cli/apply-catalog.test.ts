import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyCatalog } from '#cli/catalog/activate.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { catalogVersion } from '#core/catalog/catalog.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const dynamoDb = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);
const lambda = mockClient(LambdaClient);
const resources = {
  'operations-table': 'operations',
  'catalog-bucket': 'catalog',
  'destination-queues': '{}',
  functions: '{"deliver-http/pool":"pool"}',
  'lane-pool': JSON.stringify({ lanes: '0', queue: '', deadLetters: '', files: '', filesDeadLetters: '' }),
} as Resources;

let waited = 0;
const definitions = async () => ({ ...(await exampleDefinitions()), destinations: [] });

describe('a catalog that is made active', () => {
  beforeEach(() => {
    waited = 0;
    s3.resolves({});
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ $metadata: { httpStatusCode: 404 }, message: 'gone' }));
    dynamoDb.on(TransactWriteItemsCommand).resolves({});
    lambda.on(ListEventSourceMappingsCommand).resolves({});
  });
  afterEach(() => {
    dynamoDb.reset();
    s3.reset();
    lambda.reset();
  });
  const activeBefore = (version: string | undefined) =>
    dynamoDb
      .on(GetItemCommand)
      .resolves(
        version === undefined ? {} : { Item: { pk: { S: 'CATALOG#current' }, catalogVersion: { S: version } } },
      );
  const apply = async () =>
    applyCatalog(await definitions(), resources, {
      stage: 'local',
      note: {},
      running() {},
      untilSeen: async () => ++waited,
    });

  it('is in use by every function when it has followed another one', async () => {
    activeBefore('another');
    await apply();
    expect(waited).toBe(1);
  });

  it('needs no waiting where it is the first, or the one that is active already', async () => {
    activeBefore(undefined);
    await apply();
    activeBefore(catalogVersion(await definitions()));
    await apply();
    expect(waited).toBe(0);
  });
});
