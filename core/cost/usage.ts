/** What something asks of AWS, in the units that are paid for. */
export interface Usage {
  /** DynamoDB: items read and written, and what they come to in units of 4 KB and 1 KB. */
  reads: number;
  writes: number;
  readUnits: number;
  writeUnits: number;
  /** Kinesis: KB in, each record rounded up, and KB out. */
  kinesisKbIn: number;
  kinesisKbOut: number;
  s3Puts: number;
  s3Gets: number;
  /** Requests of 64 KB. */
  sqsRequests: number;
  lambdaCalls: number;
  lambdaGbSeconds: number;
}

/** Nothing used yet, to be added to. */
export const noUsage = (): Usage => ({
  reads: 0,
  writes: 0,
  readUnits: 0,
  writeUnits: 0,
  kinesisKbIn: 0,
  kinesisKbOut: 0,
  s3Puts: 0,
  s3Gets: 0,
  sqsRequests: 0,
  lambdaCalls: 0,
  lambdaGbSeconds: 0,
});

export type Service = 'dynamodb' | 'kinesis' | 'lambda' | 's3' | 'sqs';

/** List prices in US dollars, us-east-1, on demand, November 2026 (docs/cost.md). */
const PRICES = {
  writeGroup: 0.625e-6,
  readUnit: 0.125e-6,
  kinesisGbIn: 0.08,
  kinesisGbOut: 0.04,
  s3Put: 0.005e-3,
  s3Get: 0.0004e-3,
  sqsRequest: 0.4e-6,
  lambdaCall: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
} as const;

const KB_PER_GB = 1_048_576;

/** Dollars, by service. */
export function priceOf(usage: Usage): Record<Service, number> {
  return {
    dynamodb: usage.readUnits * PRICES.readUnit + usage.writeUnits * PRICES.writeGroup,
    kinesis:
      (usage.kinesisKbIn / KB_PER_GB) * PRICES.kinesisGbIn + (usage.kinesisKbOut / KB_PER_GB) * PRICES.kinesisGbOut,
    lambda: usage.lambdaCalls * PRICES.lambdaCall + usage.lambdaGbSeconds * PRICES.lambdaGbSecond,
    s3: usage.s3Puts * PRICES.s3Put + usage.s3Gets * PRICES.s3Get,
    sqs: usage.sqsRequests * PRICES.sqsRequest,
  };
}

/** What a million events cost, and what one of them asks of DynamoDB. */
export interface Cost {
  readonly usdPerMillionEvents: number;
  readonly byService: Readonly<Record<Service, number>>;
  readonly perEvent: {
    readonly reads: number;
    readonly writes: number;
    readonly readUnits: number;
    readonly writeUnits: number;
  };
}

/** @param events how many records the usage is for; 0 gives zeros */
export function costOf(usage: Usage, events: number): Cost {
  const perEvent = (amount: number): number => (events === 0 ? 0 : rounded(amount / events));
  const byService = priceOf(usage);
  const perMillion = (dollars: number): number => perEvent(dollars * 1e6);
  return {
    usdPerMillionEvents: perMillion(Object.values(byService).reduce((sum, dollars) => sum + dollars, 0)),
    byService: {
      dynamodb: perMillion(byService.dynamodb),
      kinesis: perMillion(byService.kinesis),
      lambda: perMillion(byService.lambda),
      s3: perMillion(byService.s3),
      sqs: perMillion(byService.sqs),
    },
    perEvent: {
      reads: perEvent(usage.reads),
      writes: perEvent(usage.writes),
      readUnits: perEvent(usage.readUnits),
      writeUnits: perEvent(usage.writeUnits),
    },
  };
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
