import { beforeAll } from 'vitest';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/profile-store.dynamodb.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/versioned-store.dynamodb.ts';
import { createTestTable } from '#tests/harness/test-table.ts';
import { profileStoreContract } from './profile-store.contract.ts';
import { membershipStoreContract } from './versioned-store.contract.ts';

const tables = { profiles: '', memberships: '' };

beforeAll(async () => {
  tables.profiles = await createTestTable('profiles');
  tables.memberships = await createTestTable('memberships');
});

profileStoreContract('DynamoDB', () => new DynamoDbProfileStore(dynamoDb(), tables.profiles));
membershipStoreContract('DynamoDB', () => new DynamoDbMembershipStore(dynamoDb(), tables.memberships));
