import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * The only place where clients of AWS are made: each on first use, once a process. Region, credentials and endpoint
 * (`AWS_ENDPOINT_URL`) come from the environment, as everywhere in the SDK.
 */

/** Four tries with the SDK's own back-off; after that the event source brings the event again. */
const MAX_ATTEMPTS = 4;
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
/** Whole objects, and functions that are waited for. */
const SLOW = { ...TIMEOUTS, requestTimeout: 60_000 };

const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** Something that answers in place of AWS. */
const hasEndpoint = (): boolean => Boolean(process.env.AWS_ENDPOINT_URL);

/** What answers in place of AWS shares a busy machine with everything else: it is given time. */
const PATIENT = { ...TIMEOUTS, connectionTimeout: 15_000, requestTimeout: 60_000 };

const settings = (timeouts = TIMEOUTS) => ({
  maxAttempts: MAX_ATTEMPTS,
  requestHandler: new NodeHttpHandler(hasEndpoint() ? { ...timeouts, ...PATIENT } : timeouts),
});

export const dynamoDb = /* @__PURE__ */ lazily(() => new DynamoDBClient(settings()));

/** Without `useQueueUrlAsEndpoint: false` requests go to the host in the queue's URL, whatever the endpoint is. */
export const sqs = /* @__PURE__ */ lazily(() => new SQSClient({ ...settings(), useQueueUrlAsEndpoint: false }));

/** Buckets in the path, since what answers in place of AWS has no names for them. */
export const s3 = /* @__PURE__ */ lazily(() => new S3Client({ ...settings(SLOW), forcePathStyle: hasEndpoint() }));

/** For buckets of other accounts. @param region that of the stage where it is omitted */
export const s3With = (credentials: S3ClientConfig['credentials'] & object, region: string | undefined): S3Client =>
  new S3Client({
    ...settings(SLOW),
    forcePathStyle: hasEndpoint(),
    credentials,
    ...(region !== undefined && { region }),
  });

/** Makes addresses at which others write: a checksum would be one of a body that it does not have. */
export const s3Addresses = /* @__PURE__ */ lazily(
  () => new S3Client({ ...settings(), forcePathStyle: hasEndpoint(), requestChecksumCalculation: 'WHEN_REQUIRED' }),
);

/** Speaks HTTP/2 unless told otherwise, which not everything that answers in place of AWS understands. */
export const kinesis = /* @__PURE__ */ lazily(
  () => new KinesisClient(hasEndpoint() ? settings() : { maxAttempts: MAX_ATTEMPTS }),
);

export const sts = /* @__PURE__ */ lazily(() => new STSClient(settings()));
export const secretsManager = /* @__PURE__ */ lazily(() => new SecretsManagerClient(settings()));
export const ssm = /* @__PURE__ */ lazily(() => new SSMClient(settings()));
/** A function is waited for as long as it may run, and not called a second time meanwhile. */
export const lambda = /* @__PURE__ */ lazily(
  () =>
    new LambdaClient({
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({ ...TIMEOUTS, connectionTimeout: 15_000, requestTimeout: 900_000 }),
    }),
);
