/** The actions behind calls of the SDK whose name is not that of their action. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  GetObject: ['s3:GetObject'],
  HeadObject: ['s3:GetObject', 's3:ListBucket'],
  ListObjectVersions: ['s3:ListBucketVersions'],
  DeleteObjects: ['s3:DeleteObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  CompleteMultipartUpload: ['s3:PutObject'],
  ListObjectsV2: ['s3:ListBucket'],
  SendMessageBatch: ['sqs:SendMessage'],
  ChangeMessageVisibilityBatch: ['sqs:ChangeMessageVisibility'],
  DeleteMessageBatch: ['sqs:DeleteMessage'],
};
/** The services behind clients of the SDK, as policies call them. */
export const SERVICES: Readonly<Record<string, string>> = {
  '@aws-sdk/client-dynamodb': 'dynamodb',
  '@aws-sdk/client-kinesis': 'kinesis',
  '@aws-sdk/client-lambda': 'lambda',
  '@aws-sdk/client-s3': 's3',
  '@aws-sdk/client-sqs': 'sqs',
  '@aws-sdk/client-secrets-manager': 'secretsmanager',
  '@aws-sdk/client-sts': 'sts',
};
