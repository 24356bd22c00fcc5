import { Aws } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { DUE_INDEX } from '#core/contract/tables.ts';
import { acknowledgeWildcard } from './nag.ts';

/**
 * Who may do what, in the words of the platform. The CDK's own grants for S3 and DynamoDB contain wildcards and more
 * than a function needs; these name every action.
 */

export function readItems(grantee: IFunction, table: ITableV2): Grant {
  const actions = ['dynamodb:GetItem', 'dynamodb:BatchGetItem'];
  return Grant.addToPrincipal({ grantee, actions, resourceArns: [table.tableArn] });
}

/** Reading items whose keys begin in certain ways, and no others of the table. */
export function readItemsUnder(grantee: IFunction, table: ITableV2, prefixes: readonly string[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:GetItem'],
    resourceArns: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) } },
  });
}

/** Writing, in transactions too. Only the timeline deletes: items expire, or are written over by a pointer. */
export function writeItems(grantee: IFunction, table: ITableV2): Grant {
  const actions = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];
  return Grant.addToPrincipal({ grantee, actions, resourceArns: [table.tableArn] });
}

/** Adding items. */
export function putItems(grantee: IFunction, table: ITableV2): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['dynamodb:PutItem'], resourceArns: [table.tableArn] });
}

/** Changing attributes of items. */
export function updateItems(grantee: IFunction, table: ITableV2): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['dynamodb:UpdateItem'], resourceArns: [table.tableArn] });
}

/** Adding to items whose keys begin in certain ways, and to no others of the table. */
export function updateItemsUnder(grantee: IFunction, table: ITableV2, prefixes: readonly string[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:UpdateItem'],
    resourceArns: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) } },
  });
}

/** Writing items whose keys begin in certain ways, and no others of the table. */
export function putItemsUnder(grantee: IFunction, table: ITableV2, prefixes: readonly string[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resourceArns: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) } },
  });
}

/**
 * Reading secrets whose names begin in a certain way: those that are made after the deployment.
 * @param tag only those that have it
 */
export function readSecretsUnder(
  grantee: IFunction,
  prefix: string,
  tag?: { readonly key: string; readonly value: string },
): Grant {
  const resource = `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${prefix}*`;
  acknowledgeWildcard(
    grantee.role ?? grantee,
    resource,
    'Destinations of the catalog, which has more of them than the stage.',
  );
  return Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:GetSecretValue'],
    resourceArns: [resource],
    ...(tag && { conditions: { StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value } } }),
  });
}

/** Writing secrets whose names begin in a certain way. */
export function writeSecretsUnder(grantee: IFunction, prefix: string): Grant {
  const resource = `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${prefix}*`;
  const why = 'Destinations of the catalog, which has more of them than the stage.';
  acknowledgeWildcard(grantee.role ?? grantee, resource, why);
  return Grant.addToPrincipal({ grantee, actions: ['secretsmanager:PutSecretValue'], resourceArns: [resource] });
}

/** Putting messages on queues whose names begin in a certain way. */
export function sendMessagesUnder(grantee: IFunction, name: string): Grant {
  const resource = `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${name}`;
  acknowledgeWildcard(grantee.role ?? grantee, resource, 'The queues of the pool, which have a name for this.');
  return Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [resource] });
}

/** Counting the messages of queues, without taking any. */
export function countMessages(grantee: IFunction, queues: readonly IQueue[]): Grant {
  const resourceArns = queues.map(({ queueArn }) => queueArn);
  return Grant.addToPrincipal({ grantee, actions: ['sqs:GetQueueAttributes'], resourceArns });
}

/** The same for queues whose names begin in a certain way. */
export function countMessagesUnder(grantee: IFunction, name: string): Grant {
  const resource = `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${name}`;
  acknowledgeWildcard(grantee.role ?? grantee, resource, 'The queues of the pool, which have a name for this.');
  return Grant.addToPrincipal({ grantee, actions: ['sqs:GetQueueAttributes'], resourceArns: [resource] });
}

/** Making, marking and deleting secrets whose names begin in a certain way; not reading them. */
export function makeSecretsUnder(grantee: IFunction, prefix: string): void {
  const resource = `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${prefix}*`;
  const role = grantee.role ?? grantee;
  acknowledgeWildcard(role, resource, 'Destinations of the catalog, which has more of them than the stage.');
  acknowledgeWildcard(
    role,
    '*',
    'Secrets can only be listed all together: names and marks, nothing of what is in them.',
  );
  const actions = [
    'CreateSecret',
    'PutSecretValue',
    'DescribeSecret',
    'RestoreSecret',
    'DeleteSecret',
    'TagResource',
    'UntagResource',
  ];
  Grant.addToPrincipal({
    grantee,
    actions: actions.map((action) => `secretsmanager:${action}`),
    resourceArns: [resource],
  });
  Grant.addToPrincipal({ grantee, actions: ['secretsmanager:ListSecrets'], resourceArns: ['*'] });
}

/** Having functions work off their queues, or not: no other setting of them, and of no other function. */
export function switchSourcesOf(grantee: IFunction, functions: readonly IFunction[]): void {
  const why = 'Event sources have ids that nobody knows before; a condition names the functions that they are of.';
  acknowledgeWildcard(grantee.role ?? grantee, '*', why);
  Grant.addToPrincipal({
    grantee,
    actions: ['lambda:UpdateEventSourceMapping'],
    resourceArns: ['*'],
    conditions: { ArnEquals: { 'lambda:FunctionArn': functions.map(({ functionArn }) => functionArn) } },
  });
  Grant.addToPrincipal({ grantee, actions: ['lambda:ListEventSourceMappings'], resourceArns: ['*'] });
}

/** Assuming roles of any account that are meant for it by their name; their trust policies decide. */
export function assumeRolesNamed(grantee: IFunction, name: string): Grant {
  const resource = `arn:${Aws.PARTITION}:iam::*:role/${name}`;
  acknowledgeWildcard(grantee.role ?? grantee, resource, 'Roles of receivers, whose accounts the catalog names.');
  return Grant.addToPrincipal({ grantee, actions: ['sts:AssumeRole'], resourceArns: [resource] });
}

/** What putting to a resource takes, by the service in its ARN. */
const PUTTING: Readonly<Record<string, readonly string[]>> = {
  kinesis: ['kinesis:PutRecords'],
  sqs: ['sqs:SendMessage'],
  events: ['events:PutEvents'],
  // A queue with a key of its own needs both.
  kms: ['kms:GenerateDataKey', 'kms:Decrypt'],
  // Of a text both the sender and its configuration set are asked for.
  'sms-voice': ['sms-voice:SendTextMessage'],
};

/** Putting to streams, queues and buses of receivers, and using their keys: those that the stage names, and no others. */
export function putToResources(grantee: IFunction, arns: readonly string[]): void {
  for (const [service = '', resourceArns] of Map.groupBy(arns, (arn) => arn.split(':')[2])) {
    Grant.addToPrincipal({ grantee, actions: [...PUTTING[service]!], resourceArns });
  }
}

/** Deleting items one by one: those of people who are deleted. */
export function removeItems(grantee: IFunction, table: ITableV2): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['dynamodb:DeleteItem'], resourceArns: [table.tableArn] });
}

/** The same, of items whose keys begin in certain ways. */
export function removeItemsUnder(grantee: IFunction, table: ITableV2, prefixes: readonly string[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:DeleteItem'],
    resourceArns: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) } },
  });
}

/** Reading and deleting everything under a partition key. */
export function eraseItems(grantee: IFunction, table: ITableV2): Grant {
  const actions = ['dynamodb:Query', 'dynamodb:BatchWriteItem'];
  return Grant.addToPrincipal({ grantee, actions, resourceArns: [table.tableArn] });
}

/** Reading everything under a partition key. */
export function queryItems(grantee: IFunction, table: ITableV2): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [table.tableArn] });
}

/** Reading a table from end to end. */
export function scanItems(grantee: IFunction, table: ITableV2): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Scan'], resourceArns: [table.tableArn] });
}

/** Reading the index of memberships that change with time alone. */
export function queryDue(grantee: IFunction, table: ITableV2): Grant {
  const index = `${table.tableArn}/index/${DUE_INDEX.name}`;
  return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [index] });
}

/** Putting records on a stream. */
export function putRecords(grantee: IFunction, stream: IStream): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['kinesis:PutRecords'], resourceArns: [stream.streamArn] });
}

/** Listing goes with reading: without it a missing object looks like a forbidden one. */
export function readObjects(grantee: IFunction, bucket: IBucket): Grant {
  const list = Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn] });
  return list.combine(onObjects(grantee, bucket, ['s3:GetObject']));
}

/** Listing objects, without reading them. */
export function listObjects(grantee: IFunction, bucket: IBucket): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn] });
}

/** Reading objects that others have replaced, by their version. */
export const readVersions = (grantee: IFunction, bucket: IBucket): Grant =>
  onObjects(grantee, bucket, ['s3:GetObjectVersion']);

/** Listing objects with their versions. */
export function listVersions(grantee: IFunction, bucket: IBucket): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['s3:ListBucketVersions'], resourceArns: [bucket.bucketArn] });
}

export function writeObjects(grantee: IFunction, bucket: IBucket): Grant {
  return onObjects(grantee, bucket, ['s3:PutObject']);
}

/** Writing objects in parts. */
export function uploadObjects(grantee: IFunction, bucket: IBucket): Grant {
  return onObjects(grantee, bucket, ['s3:PutObject', 's3:AbortMultipartUpload']);
}

/** @param prefix of the keys that may be deleted; any when left out */
export function deleteObjects(grantee: IFunction, bucket: IBucket, prefix = ''): Grant {
  return onObjects(grantee, bucket, ['s3:DeleteObject'], prefix);
}

function onObjects(grantee: IFunction, bucket: IBucket, actions: string[], prefix = ''): Grant {
  const resource = bucket.arnForObjects(`${prefix}*`);
  acknowledgeWildcard(grantee.role ?? grantee, resource, 'Keys are made while the function runs; the bucket is named.');
  return Grant.addToPrincipal({ grantee, actions, resourceArns: [resource] });
}
