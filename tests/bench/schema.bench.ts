import { acceptRecord } from '#core/ingestion/accept.ts';
import { EXPERIENCE_EVENT_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { compileSchema } from '#core/schema/validator.ts';
import { processorTime, runsPerSecond, thousands } from './measure.ts';
import { catalogWith, webEvents } from './real-events.ts';

/** How many records a second one core validates, of a small schema and of web events. */
const MS = 2_000;

const SMALL = schemaDefinition.parse({
  $id: 'https://example.com/small',
  'meta:class': EXPERIENCE_EVENT_CLASS,
  required: ['eventType', 'identityMap'],
  additionalProperties: false,
  properties: {
    _id: { type: 'string', minLength: 1 },
    timestamp: { type: 'string', format: 'date-time' },
    eventType: { enum: ['visit', 'order'] },
    identityMap: {
      type: 'object',
      additionalProperties: {
        type: 'array',
        items: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
      },
    },
    commerce: { type: 'object', properties: { total: { type: 'number', minimum: 0 } } },
  },
});
const EVENT = {
  _id: 'e1',
  timestamp: '2026-01-31T12:00:00Z',
  eventType: 'order',
  identityMap: { ECID: [{ id: '38014537' }] },
  commerce: { total: 3 },
};

async function main(): Promise<void> {
  const validate = compileSchema(SMALL);
  const small = runsPerSecond(MS, () => validate(EVENT));
  const bad = { ...EVENT, commerce: { total: 'three' } };
  const rejected = runsPerSecond(MS, () => validate(bad));

  const dataset = (await catalogWith([])).datasets.get('web-events')!;
  const { kind, events } = webEvents();
  const all = (run: (event: unknown) => unknown): (() => void) => {
    return () => {
      for (const event of events) run(event);
    };
  };
  const rate = runsPerSecond(MS, all(dataset.validate)) * events.length;
  const ingestionId = { receivedAt: 0, tieBreaker: '0', ingestionId: '0' };
  const accepted =
    runsPerSecond(
      MS,
      all((event) => acceptRecord(event, dataset, ingestionId)),
    ) * events.length;
  const start = processorTime();
  compileSchema(SMALL);
  const compiling = processorTime() - start;

  console.log('\nSchemas, records a second on one core\n');
  const say = (what: string, figure: string): void => console.log(`  ${what.padEnd(28)}${figure.padStart(10)}`);
  say('small events', thousands(small));
  say('small, rejected', thousands(rejected));
  say(`${kind} web events`, thousands(rate));
  say(`${kind}, with id and time`, thousands(accepted));
  say('making a schema ready', `${compiling.toFixed(1)} ms`);
}

await main();
