import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import type { Resources } from './use-stage.ts';

/** Whether a stage was deployed with `deletionProtection`: its tables say so, whatever files lie on this machine. */
export async function isProtected(resources: Resources): Promise<boolean> {
  const { Table } = await dynamoDb().send(new DescribeTableCommand({ TableName: resources['profiles-table'] }));
  return Table?.DeletionProtectionEnabled === true;
}
