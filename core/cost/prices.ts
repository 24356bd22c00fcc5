/**
 * List prices in US dollars, us-east-1, on demand, without what is free each month, as they were in November 2026 on AWS's
 * pages of prices (aws.amazon.com/<service>/pricing): dynamodb, kinesis/data-streams, lambda, s3, sqs, api-gateway,
 * cloudwatch, xray. The only place that has them: docs/cost.md is checked against it.
 */
export const PRICES = {
  /** DynamoDB: 1 KB written, 4 KB read consistently, a GB kept for a month, the same with point-in-time recovery. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  tableGbMonth: 0.25,
  recoveryGbMonth: 0.2,
  /** Kinesis on demand, by GB: in (records rounded up to 1 KB), out, and kept beyond the first day for a month. */
  kinesisGbIn: 0.08,
  kinesisGbOut: 0.04,
  kinesisGbMonth: 0.1,
  s3Put: 0.005e-3,
  s3Get: 0.0004e-3,
  s3GbMonth: 0.023,
  /** SQS, requests of 64 KB. */
  sqsRequest: 0.4e-6,
  sqsFifoRequest: 0.5e-6,
  /** Lambda on arm64. */
  lambdaCall: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
  /** HTTP API, requests of 512 KB. */
  httpRequest: 1e-6,
  logGb: 0.5,
  trace: 5e-6,
} as const;
