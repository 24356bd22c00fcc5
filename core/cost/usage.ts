import { PRICES } from './prices.ts';

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
  /** KB that the stream keeps beyond its first day, times months. */
  kinesisKbMonths: number;
  /** KB of a table with point-in-time recovery, times months. */
  tableKbMonths: number;
  s3Puts: number;
  s3Gets: number;
  /** Requests of 64 KB, to queues without and with order. */
  sqsRequests: number;
  sqsFifoRequests: number;
  lambdaCalls: number;
  lambdaGbSeconds: number;
  /** HTTP API, requests of 512 KB. */
  httpRequests: number;
  logKb: number;
  traces: number;
}

/** Nothing used yet, to be added to. */
export const noUsage = (): Usage => ({
  reads: 0,
  writes: 0,
  readUnits: 0,
  writeUnits: 0,
  kinesisKbIn: 0,
  kinesisKbOut: 0,
  kinesisKbMonths: 0,
  tableKbMonths: 0,
  s3Puts: 0,
  s3Gets: 0,
  sqsRequests: 0,
  sqsFifoRequests: 0,
  lambdaCalls: 0,
  lambdaGbSeconds: 0,
  httpRequests: 0,
  logKb: 0,
  traces: 0,
});

/** `storage` is what the tables keep. */
export const SERVICES = ['dynamodb', 'storage', 'kinesis', 'lambda', 's3', 'sqs', 'http', 'logs', 'traces'] as const;
export type Service = (typeof SERVICES)[number];

const KB_PER_GB = 1_048_576;

/** Dollars, by service. */
export function priceOf(usage: Usage): Record<Service, number> {
  const perGb = (kb: number, price: number): number => (kb / KB_PER_GB) * price;
  return {
    dynamodb: usage.readUnits * PRICES.readUnit + usage.writeUnits * PRICES.writeUnit,
    storage: perGb(usage.tableKbMonths, PRICES.tableGbMonth + PRICES.recoveryGbMonth),
    kinesis:
      perGb(usage.kinesisKbIn, PRICES.kinesisGbIn) +
      perGb(usage.kinesisKbOut, PRICES.kinesisGbOut) +
      perGb(usage.kinesisKbMonths, PRICES.kinesisGbMonth),
    lambda: usage.lambdaCalls * PRICES.lambdaCall + usage.lambdaGbSeconds * PRICES.lambdaGbSecond,
    s3: usage.s3Puts * PRICES.s3Put + usage.s3Gets * PRICES.s3Get,
    sqs: usage.sqsRequests * PRICES.sqsRequest + usage.sqsFifoRequests * PRICES.sqsFifoRequest,
    http: usage.httpRequests * PRICES.httpRequest,
    logs: perGb(usage.logKb, PRICES.logGb),
    traces: usage.traces * PRICES.trace,
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
    byService: Object.fromEntries(SERVICES.map((service) => [service, perMillion(byService[service])])) as Record<
      Service,
      number
    >,
    perEvent: {
      reads: perEvent(usage.reads),
      writes: perEvent(usage.writes),
      readUnits: perEvent(usage.readUnits),
      writeUnits: perEvent(usage.writeUnits),
    },
  };
}

/** Adds what `times` of something ask, where one asks `each`. */
export function addUsage(usage: Usage, each: Partial<Usage>, times = 1): void {
  for (const [name, amount] of Object.entries(each) as [keyof Usage, number][]) usage[name] += amount * times;
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
