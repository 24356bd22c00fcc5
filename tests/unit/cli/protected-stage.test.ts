import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { activateCatalog } from '#cli/catalog/activate.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import type { Catalog } from '#core/catalog/catalog.ts';

const dynamoDb = mockClient(DynamoDBClient);
const resources = { 'profiles-table': 'profiles' } as Resources;

describe('--allow-breaking', () => {
  afterEach(() => dynamoDb.reset());

  it('is not for a stage that was deployed protected, whatever it is called, and does nothing there', async () => {
    dynamoDb
      .on(DescribeTableCommand, { TableName: 'profiles' })
      .resolves({ Table: { DeletionProtectionEnabled: true } });
    const options = { stage: 'qa', backfill: true, allowBreaking: true, note: {}, say() {}, running() {} } as const;
    await expect(activateCatalog({} as Catalog, resources, options)).rejects.toThrow(
      '--allow-breaking is not for the stage "qa": it is protected (deletionProtection). Nothing was done.',
    );
    expect(dynamoDb.calls()).toHaveLength(1);
  });

  it('asks nothing where it is not given, and goes on where the stage is not protected', async () => {
    dynamoDb.on(DescribeTableCommand).resolves({ Table: { DeletionProtectionEnabled: false } });
    dynamoDb.rejects(new Error('went on'));
    dynamoDb.on(DescribeTableCommand).resolves({ Table: { DeletionProtectionEnabled: false } });
    const stores = { ...resources, 'operations-table': 'operations', 'catalog-bucket': 'catalog' } as Resources;
    const options = { stage: 'prod', backfill: true, note: {}, say() {}, running() {} } as const;
    for (const allowed of [{}, { allowBreaking: true } as const])
      await expect(activateCatalog({} as Catalog, stores, { ...options, ...allowed })).rejects.toThrow('went on');
    const described = dynamoDb.commandCalls(DescribeTableCommand);
    expect(described).toHaveLength(1);
  });
});
