import { randomUUID } from 'node:crypto';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import { linksOf } from '#core/identity/add-assertions.ts';
import { identitySettings } from '#core/identity/definition.ts';
import { graphsOf } from '#core/identity/linking-rules.ts';
import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import { datasetDefinition } from '#core/ingestion/definition.ts';
import { loadItems } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { EXPERIENCE_EVENT_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { createHandler } from '#lambdas/functions/stitch-stream/handler.ts';
import { MemoryActivityCounts } from '#tests/harness/core/activity-counts.memory.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { AS_WRITTEN, describeIdentityCases, type IdentityCase, sortedGraphs } from '#tests/harness/identity-cases.ts';

/** The function that stitches a stream, on given stores: every case, as streamed events. */
export function identityCasesContract(
  name: string,
  stores: () => { profiles: ProfileStore; timeline: Timeline },
): void {
  describeIdentityCases(`worked identity cases through the streaming function: ${name}`, (cases) => {
    const runs = cases.flatMap((one) => [
      { id: one.id, title: one.title, how: 'one by one', one, backwards: false },
      { id: one.id, title: one.title, how: 'in one batch, the last first', one, backwards: true },
    ]);

    it.each(runs)('$id: $title ($how)', async ({ one, backwards }) => {
      const { profiles, timeline } = stores();
      const salt = randomUUID();
      const names = namesFor(one, salt);
      const catalog = catalogFor(one);
      const handle = createHandler({
        catalog: { current: async () => catalog },
        profiles,
        timeline,
        lookups: new MemoryLookupStore(),
        activityCounts: new MemoryActivityCounts(),
        lake: createMemoryObjectStore(),
        quarantine: createMemoryObjectStore(),
        tallies: new MemoryCountStore(),
        suppression: () => SUPPRESS_NOBODY,
        metrics: { count: () => {} },
        backoff: async () => {},
      });
      const records = one.events.map((identities, n) => recordOf(identities.map(names.real), n, salt));
      const batches = backwards ? [[...records].reverse()] : records.map((record) => [record]);
      for (const Records of batches)
        expect(await handle({ Records } as KinesisStreamEvent)).toEqual({ batchItemFailures: [] });

      const all = [...new Set(one.events.flat())].map(names.real);
      const { items } = await loadItems(all, profiles);
      const rules = stageSettings(catalog).fold.links;
      const graphs = items.flatMap(({ linkHistory }) =>
        graphsOf(linksOf(linkHistory, rules)).map((graph) => graph.identities),
      );
      expect(sortedGraphs(graphs.map((graph) => graph.map(names.written)))).toEqual(sortedGraphs(one.expectedGraphs));
    });
  });
}

/** Identities that no other case uses, and that the value rules let pass: devices have 38 digits. */
function namesFor({ events }: IdentityCase, salt: string) {
  const toReal = new Map<string, string>();
  const toWritten = new Map<string, string>();
  for (const [index, key] of [...new Set(events.flat())].entries()) {
    const { namespace, value } = parseIdentityKey(key);
    const digits = salt.replace(/\D/g, '').slice(0, 30);
    const real =
      namespace === 'ECID' ? `ECID:${`${digits}${index}`.padStart(38, '0')}` : `${namespace}:${salt}-${value}`;
    toReal.set(key, real);
    toWritten.set(real, key);
  }
  return { real: (key: string) => toReal.get(key)!, written: (key: string) => toWritten.get(key)! };
}

const SCHEMA = 'https://example.com/schemas/identity-cases';
const START = Date.parse('2026-03-01T00:00:00Z');

function catalogFor({ namespacePriority, uniqueNamespaces }: IdentityCase) {
  const standard = new Set(STANDARD_NAMESPACES.map(({ code }) => code));
  return compileCatalog({
    namespaces: namespacePriority
      .filter((code) => !standard.has(code))
      .map((code) => ({ code, idType: 'CROSS_DEVICE' as const })),
    identitySettings: identitySettings.parse({
      namespacePriority,
      uniqueNamespaces,
      blockedNamespaces: [],
      namespaces: AS_WRITTEN,
    }),
    schemas: [
      schemaDefinition.parse({
        $id: SCHEMA,
        'meta:class': EXPERIENCE_EVENT_CLASS,
        properties: { identityMap: { type: 'object' } },
      }),
    ],
    datasets: [datasetDefinition.parse({ id: 'logins', schemaRef: { id: SCHEMA } })],
    mergePolicies: [],
    segments: [],
    destinations: [],
  } as unknown as Parameters<typeof compileCatalog>[0]);
}

function recordOf(identities: readonly string[], n: number, salt: string): KinesisStreamRecord {
  const identityMap: Record<string, { id: string }[]> = {};
  for (const { namespace, value } of identities.map(parseIdentityKey)) {
    identityMap[namespace] = [...(identityMap[namespace] ?? []), { id: value }];
  }
  const entity = { _id: `${salt}-${n}`, timestamp: new Date(START + n * 60_000).toISOString(), identityMap };
  const message = JSON.stringify({ header: { datasetId: 'logins' }, body: { xdmEntity: entity } });
  return {
    eventID: `shardId-000000000000:${n}`,
    kinesis: {
      data: Buffer.from(message).toString('base64'),
      sequenceNumber: String(n),
      approximateArrivalTimestamp: START / 1_000 + n,
      partitionKey: 'one',
      kinesisSchemaVersion: '1.0',
    },
  } as KinesisStreamRecord;
}
