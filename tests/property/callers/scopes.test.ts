import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { mayDo, mayDoSome } from '#core/callers/caller.ts';
import { covers, scopesOf } from '#core/callers/client.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { parseScope, SCOPES } from '#core/contract/scopes.ts';
import { createDigests } from '#core/governance/suppression.ts';
import { sourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { CollectedMessage } from '#core/ports/collection-stream.ts';
import { stitch } from '#core/profile/stitch.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler as batchHandler } from '#lambdas/functions/batch-api/handler.ts';
import { createHandler as collectHandler } from '#lambdas/functions/collect/handler.ts';
import { createHandler as accessHandler } from '#lambdas/functions/profile-access/handler.ts';
import { callersOfStage, type StageCallers } from '#tests/harness/core/callers.ts';
import { attributes } from '#tests/harness/core/factories.ts';
import { bearer } from '#tests/harness/core/http-call.ts';
import { callOf } from '#tests/harness/core/http-event.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
import { MemoryReadLog } from '#tests/harness/core/read-log.memory.ts';
import { peopleDeps } from '#tests/harness/management/people.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

/** All that the functions log. */
const logged = vi.hoisted((): unknown[] => []);
vi.mock('#lambdas/runtime/log.ts', () => ({
  logBatch: (fields: object) => logged.push(fields),
  logFailure: (error: unknown, fields: object) => logged.push(String(error), fields),
}));

const NOW = Date.parse('2026-03-01T00:00:00Z');
const CANARY = 'canary-of-somebody';
const DATASETS = ['web-events', 'customers'] as const;

const qualifiers = fc.constantFrom('*', ...DATASETS, 'webhook', 'C2', 'masked');
/** Everything that can be granted, and some that cannot. */
const scope = fc.oneof(
  fc.constantFrom(...Object.keys(SCOPES)),
  fc.tuple(fc.constantFrom(...Object.keys(SCOPES)), qualifiers).map(([name, qualifier]) => `${name}:${qualifier}`),
);
const granted = scope.filter((text) => parseScope(text) !== undefined);

/** The functions that know callers by their tokens, and all that they have written and read. */
async function functionsOf(catalog: CompiledCatalog, stage: StageCallers) {
  const stores = {
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    memberships: new MemoryMembershipStore(),
  };
  const settings = stageSettings(catalog).fold;
  const person = attributes(NOW - 9_000, 'CRMID:RB-1', { loyalty: { tier: CANARY } });
  await stitch([person], { ...stores, settings, backoff: async () => {} });
  const stream: CollectedMessage[] = [];
  const landing = createMemoryObjectStore();
  const readLog = new MemoryReadLog();
  let ids = 0;
  const common = {
    catalog: { current: async () => catalog },
    callers: stage.newFunction(),
    now: () => NOW,
    newId: () => `id-${ids++}`,
  };
  const collect = collectHandler({
    ...common,
    stream: {
      async put(messages) {
        stream.push(...messages);
        return new Set();
      },
    },
  });
  const batches = batchHandler({
    ...common,
    landing,
    addresses: { forReading: () => Promise.reject(new Error()), forWriting: () => Promise.reject(new Error()) },
    quarantine: createMemoryObjectStore(),
    operations: new MemoryOperations(),
    reverts: { send: async () => {} },
    hasOwnHost: true,
  });
  const access = accessHandler({
    ...peopleDeps(await exampleDefinitions()),
    ...common,
    ...stores,
    readLog,
    digests: async (each) => createDigests('the audit key', each),
    isEmulated: false,
  });
  const written = async (): Promise<number> => stream.length + (await Array.fromAsync(landing.list(''))).length;
  const read = async (): Promise<number> => (await Array.fromAsync(readLog.reads({ since: 0, until: NOW + 1 }))).length;
  return { collect, batches, access, written, read };
}

const ENTITIES = 'schema.name=_xdm.context.profile&entityId=RB-1&entityIdNS=CRMID';
const message = (datasetId: string) =>
  JSON.stringify({ header: { datasetId, imsOrgId: 'tributary' }, body: { xdmEntity: {} } });

describe('a caller with a token', () => {
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    const connection = sourceConnectionDefinition.parse({ id: 'shop', keySha256: ['0'.repeat(64)] });
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections: [connection] });
  });

  it('gets an answer, and writes something, exactly where its scopes say so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(granted, { minLength: 1, maxLength: 6 }), async (scopes) => {
        const stage = await callersOfStage({ now: () => NOW });
        const { token, secret } = await stage.token(scopes);
        const { collect, batches, access, written, read } = await functionsOf(catalog, stage);
        const caller = { scopes };
        const headers = bearer(token);
        for (const dataset of DATASETS) {
          const before = await written();
          const streamed = await collect(callOf({ path: '/collection/shop', headers, body: message(dataset) }));
          expect([streamed.statusCode, (await written()) - before]).toEqual(
            mayDo(caller, 'ingest', dataset) ? [200, 1] : [403, 0],
          );
          const body = JSON.stringify({ datasetId: dataset, inputFormat: { format: 'json' } });
          const made = await batches(callOf({ path: '/data/foundation/import/batches', headers, body }));
          expect([made.statusCode, (await written()) - before > 1]).toEqual(
            mayDo(caller, 'ingest', dataset) ? [201, true] : [403, false],
          );
        }
        const event = {
          ...callOf({ path: '/ups/access/entities', method: 'GET', headers, body: '' }),
          rawQueryString: ENTITIES,
        };
        const answer = await access(event);
        const isReader = mayDoSome({ scopes: scopes.filter((one) => one !== 'profile:read:masked') }, 'profile:read');
        expect([answer.statusCode, await read(), answer.body?.includes(CANARY)]).toEqual(
          isReader ? [200, 1, true] : [403, 0, false],
        );
        expect(answer.body).not.toContain(secret);
      }),
      runs(0.5, 15),
    );
  });

  it('whose token is changed in any place gets nothing, writes nothing, and finds nothing of it said or logged', async () => {
    const stage = await callersOfStage({ now: () => NOW });
    const { token } = await stage.token(['ingest:*', 'profile:read']);
    const { collect, batches, access, written, read } = await functionsOf(catalog, stage);
    const changed = fc.oneof(
      fc.tuple(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '7', '-', '.')).map(([at, character]) => {
        const other = token[at] === character ? (character === '7' ? '8' : '7') : character;
        return token.slice(0, at) + other + token.slice(at + 1);
      }),
      fc.nat(token.length - 1).map((length) => token.slice(0, length)),
      fc.string({ unit: 'grapheme-ascii', maxLength: 200 }).map((text) => `${text}.${token}`),
      fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join('.')),
    );
    // The last character of a signature has two bits that mean nothing.
    const same = (text: string): boolean =>
      text.length === token.length &&
      Buffer.from(text.split('.')[2] ?? '', 'base64url').equals(Buffer.from(token.split('.')[2]!, 'base64url')) &&
      text.split('.').slice(0, 2).join('.') === token.split('.').slice(0, 2).join('.');
    await fc.assert(
      fc.asyncProperty(
        changed.filter((text) => !same(text)),
        async (forged) => {
          const headers = { authorization: `Bearer ${forged}`, 'x-api-key': forged };
          const body = JSON.stringify({ datasetId: 'customers', inputFormat: { format: 'json' } });
          const answers = [
            await collect(callOf({ path: '/collection/shop', headers, body: message('customers') })),
            await batches(callOf({ path: '/batches', headers, body })),
            await access({
              ...callOf({ path: '/access/entities', method: 'GET', headers, body: '' }),
              rawQueryString: ENTITIES,
            }),
          ];
          for (const { statusCode, body: text = '' } of answers) {
            expect(statusCode).toBe(401);
            expect(text).not.toContain(CANARY);
            if (forged.length > 20) expect(text).not.toContain(forged);
          }
        },
      ),
      runs(5, 150),
    );
    expect([await written(), await read()]).toEqual([0, 0]);
    expect(logged.length).toBeGreaterThan(100);
    for (const secret of [token.split('.')[2]!, CANARY, 'RB-1']) expect(JSON.stringify(logged)).not.toContain(secret);
  });

  it('never has more than its client, whatever it asks for', () => {
    fc.assert(
      fc.property(
        fc.array(granted, { minLength: 1, maxLength: 6 }),
        fc.array(scope, { maxLength: 6 }),
        (scopes, asked) => {
          const given = scopesOf({ scopes }, asked.join(' '));
          const isCovered = asked.every((text) => (!text.includes(':') && !parseScope(text)) || covers(scopes, text));
          expect(isCovered).toBe(given !== undefined);
          for (const text of given ?? []) expect(covers(scopes, text)).toBe(true);
        },
      ),
      runs(20, 300),
    );
  });
});
