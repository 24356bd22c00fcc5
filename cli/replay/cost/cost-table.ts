import type { StageSettings } from '#core/catalog/stage-settings.ts';
import type { Cost, Service } from '#core/cost/usage.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { ASSUMED } from './assumptions.ts';
import { COSTED_METHODS, type CostedMethod, costOfWork, inParts, recordsAChunk, singly } from './cost-run.ts';
import { countWork, type Work } from './count-work.ts';

export const COST_RATES = [1, 10, 100, 1_000, 10_000] as const;

export interface CostRow extends Cost {
  readonly method: CostedMethod;
  readonly eventsPerSecond: number;
}

/**
 * What records cost by how they come in and how many come, in stage `prod`. No two records of a call belong to one person,
 * but of a file: its chunks share the reads and writes of a person.
 */
export async function costTable(
  records: readonly AcceptedRecord[],
  at: { readonly settings: StageSettings; readonly now: number },
): Promise<CostRow[]> {
  if (records.length === 0) return [];
  const streamed = await countWork(singly(records), at);
  const filed = new Map<number, Work>();
  const rows: CostRow[] = [];
  for (const method of COSTED_METHODS) {
    for (const eventsPerSecond of COST_RATES) {
      const size = Math.min(records.length, eventsPerSecond * ASSUMED.fileSeconds, recordsAChunk(records));
      if (method === 'files' && !filed.has(size)) filed.set(size, await countWork(inParts(records, size), at));
      const work = method === 'files' ? filed.get(size)! : streamed;
      rows.push({ method, eventsPerSecond, ...costOfWork(work, { method, eventsPerSecond }) });
    }
  }
  return rows;
}

const METHOD_TITLES: Readonly<Record<CostedMethod, string>> = {
  kinesis: 'Kinesis, `PutRecords`',
  http: 'HTTP, one by one',
  'http-batches': `HTTP, ${ASSUMED.messagesARequest} a request`,
  edge: 'edge, one a request',
  files: `files, one every ${ASSUMED.fileSeconds / 60} minutes`,
};
const SERVICE_TITLES: Readonly<Record<Service, string>> = {
  dynamodb: 'tables',
  storage: 'timeline kept',
  kinesis: 'Kinesis',
  lambda: 'functions',
  s3: 'S3',
  sqs: 'queues',
  http: 'HTTP API',
  logs: 'logs',
  traces: 'traces',
};

/** Dollars a million, by rate and by how records come in. */
export function totalsTable(rows: readonly CostRow[]): string {
  const total = (method: CostedMethod, rate: number): string =>
    dollars(rows.find((row) => row.method === method && row.eventsPerSecond === rate)!.usdPerMillionEvents);
  return markdown(
    ['events/s', ...COSTED_METHODS.map((method) => METHOD_TITLES[method])],
    COST_RATES.map((rate) => [count(rate), ...COSTED_METHODS.map((method) => total(method, rate))]),
  );
}

/** The same of one way in, by service. */
export function servicesTable(rows: readonly CostRow[], method: CostedMethod): string {
  const own = rows.filter((row) => row.method === method);
  const services = (Object.keys(SERVICE_TITLES) as Service[]).filter((service) =>
    own.some(({ byService }) => byService[service] > 0),
  );
  return markdown(
    ['events/s', 'all', ...services.map((service) => SERVICE_TITLES[service])],
    own.map(({ eventsPerSecond, usdPerMillionEvents, byService }) => [
      count(eventsPerSecond),
      dollars(usdPerMillionEvents),
      ...services.map((service) => dollars(byService[service])),
    ]),
  );
}

const count = (value: number): string => value.toLocaleString('en-US');
const dollars = (value: number): string => value.toFixed(2);

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padStart(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => `${'-'.repeat(width - 1)}:`).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
