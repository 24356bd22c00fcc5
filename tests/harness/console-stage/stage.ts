import { hash, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { probe } from '#core/activation/deliver/probe.ts';
import { giveLanes } from '#core/activation/give-lanes.ts';
import { createConsequences } from '#core/api/management/consequences.ts';
import type { Notes } from '#core/api/management/deps.ts';
import { withConnectionKeys } from '#core/api/management/key-callers.ts';
import { createEraser } from '#core/api/people/eraser.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import type { ActiveDefinitions, ChangeNote } from '#core/catalog/definition-store.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { ROLES, type Role } from '#core/contract/roles.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import type { ObjectAddresses } from '#core/ports/object-addresses.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { MemoryDefinitionStore } from '#lambdas/adapters/memory/definition-store.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { createHandler as batchApi } from '#lambdas/functions/batch-api/handler.ts';
import { createHandler as destinationAccess } from '#lambdas/functions/destination-access/handler.ts';
import { createHandler as management } from '#lambdas/functions/management/handler.ts';
import { createHandler as profileAccess } from '#lambdas/functions/profile-access/handler.ts';
import { createHandler as rejectedRecords } from '#lambdas/functions/rejected-records/handler.ts';
import { MemoryApprovalStore } from '#tests/harness/core/approval-store.memory.ts';
import { callersOfStage } from '#tests/harness/core/callers.ts';
import { replayInto } from '#tests/harness/core/count-store.memory.ts';
import { MemoryReadLog } from '#tests/harness/core/read-log.memory.ts';
import { createMemoryLanes } from '#tests/harness/management/memory-lanes.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type PlatformOptions } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';
import { EXAMPLE_SINCE, playExample } from './example-day.ts';

/** When screens are looked at, unless it is said otherwise. */
export const NOW = Date.parse('2026-11-30T12:00:00Z');
const STAGE = 'local';
const CLIENTS_KNOWN_MS = 61_000;

export interface StageOptions extends Pick<PlatformOptions, 'answer' | 'secret'> {
  /** Nothing was defined or sent yet. @default false */
  readonly empty?: boolean;
  /** Epoch ms. @default NOW */
  readonly now?: number;
  /** How many people the example has. @default 400, as it is shipped */
  readonly persons?: number;
}

type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;
export type ConsoleStage = Awaited<ReturnType<typeof createStage>>;

/** A stage in this process: the functions as they are deployed over memory, with the example's data played in. */
export async function createStage({ empty = false, now: end = NOW, persons = 400, ...options }: StageOptions = {}) {
  const example = await exampleDefinitions();
  const catalog = empty ? withoutAny(example) : example;
  const wiring = readWiring(templatesOf('prod'));
  const platform = createPlatform({ wiring, catalog: compileCatalog(catalog), start: end - EXAMPLE_SINCE, ...options });
  const { stores, poller } = platform;
  const { now } = poller.clock;
  const definitions = new AppliedDefinitions(catalog, now, (active) => platform.apply(compileCatalog(active)));
  await stores.counts.markComplete({ profiles: now(), records: now() });
  if (empty) poller.clock.advanceTo(end);
  const played = empty ? undefined : await playExample(platform, end, persons);
  const callers = await callersOfStage({ stage: STAGE, now });
  const knownCallers = withConnectionKeys(callers.callers, definitions);
  const erasing = { catalog: { current: async () => platform.catalog }, now, backoff: async () => {} };
  const evaluation = {
    jobs: stores.jobs,
    queue: { send: async (messages: readonly object[]) => send('evaluation', messages) },
    partitionCount: 3,
    now,
    newId: randomUUID,
    backoff: async () => {},
  };
  function send(queue: string, messages: readonly object[]): void {
    for (const message of messages) poller.queue(queue).send(JSON.stringify(message));
  }
  const lanes = createMemoryLanes();
  await giveLanes(catalog.destinations, { ...lanes.deps, isActive: () => true });
  const readLog = new MemoryReadLog();
  let passing = Promise.resolve();
  const handlers: Partial<Record<FunctionName, HttpHandler>> = {
    management: management({
      callers: knownCallers,
      definitions,
      consequences: createConsequences({
        stores,
        lake: stores.lake,
        evaluation,
        lanes: lanes.deps,
        stage: STAGE,
        now,
      }),
      evaluation,
      people: stores,
      notes: memoryNotes(),
      approvals: new MemoryApprovalStore(),
      fourEyes: [],
      guards: stores.guards,
      deliveryErrors: stores.deliveryErrors,
      lanes: lanes.deps,
      destinationSecrets: lanes.deps.secrets,
      operations: stores.operations,
      runs: stores.runs,
      lastBatches: stores.lastBatches,
      counts: stores.counts,
      countHistory: stores.countHistory,
      stage: STAGE,
      now,
      random: Math.random,
      newId: randomUUID,
    }),
    'profile-access': profileAccess({
      catalog: { current: async () => platform.catalog },
      profiles: stores.profiles,
      memberships: stores.memberships,
      timeline: stores.timeline,
      lookups: stores.lookups,
      deliveryStates: stores.deliveryStates,
      guards: stores.guards,
      erasures: stores.erasures,
      erase: createEraser({ ...stores, ...erasing, suppressionKey: async () => 'the suppression key of the stage' }),
      notes: memoryNotes(),
      definitions,
      backoff: erasing.backoff,
      referenceSecret: async () => 'the reference key of the stage',
      callers: knownCallers,
      readLog,
      digests:
        async () =>
        ({ namespace, value }) =>
          hash('sha256', `${namespace}:${value}`, 'hex').slice(0, 16),
      isEmulated: false,
      now,
      newId: randomUUID,
    }),
    'rejected-records': rejectedRecords({
      callers: knownCallers,
      catalog: { current: async () => platform.catalog },
      quarantine: stores.quarantine,
      lake: stores.lake,
      operations: stores.operations,
      countReplay: replayInto(stores.counts),
      stitch: {
        profiles: stores.profiles,
        timeline: stores.timeline,
        lookups: stores.lookups,
        backoff: async () => {},
      },
      suppression: () => SUPPRESS_NOBODY,
      readLog,
      now,
      newId: randomUUID,
    }),
    'destination-access': destinationAccess({
      callers: knownCallers,
      catalog: { current: async () => platform.catalog },
      secrets: {
        read: async (id) => JSON.stringify(lanes.secrets.get(id) ?? {}),
        write: async (id, secret) => void lanes.secrets.set(id, JSON.parse(secret) as Record<string, string>),
      },
      probe: (destination, type, secret) =>
        probe(destination, type, secret, {
          http: createHttpClient({ allowPrivate: true }),
          tokens: createMemoryVendorState(now).tokens,
          now,
        }),
    }),
    'batch-api': batchApi({
      catalog: { current: async () => platform.catalog },
      callers: knownCallers,
      landing: stores.landing,
      addresses: ADDRESSES,
      quarantine: stores.quarantine,
      operations: stores.operations,
      reverts: { send: async (messages) => send('reverts', messages) },
      hasOwnHost: true,
      now,
      newId: randomUUID,
    }),
  };
  return {
    name: STAGE,
    platform,
    definitions,
    /** What must have come of the example, by its own model. */
    expected: played?.expected,
    readLog,
    handlers,
    now,
    /** Lets the functions work for so long, in the time of the stage. */
    pass: (ms: number): Promise<void> => {
      passing = passing.then(() => poller.run({ until: now() + ms }));
      return passing;
    },
    /** A token of a client that may do what roles may. Functions read the list of clients once a minute: it is over then. */
    tokenOf: async (...roles: readonly Role[]): Promise<string> => {
      const { token } = await callers.token([...new Set(roles.flatMap((role) => ROLES[role].scopes))]);
      passing = passing.then(() => poller.run({ until: now() + CLIENTS_KNOWN_MS }));
      await passing;
      return token;
    },
  };
}

/** Definitions that take effect where they are changed. */
class AppliedDefinitions extends MemoryDefinitionStore {
  readonly #apply: (catalog: Catalog) => void;

  constructor(catalog: Catalog, now: () => number, apply: (catalog: Catalog) => void) {
    super(catalog, now);
    this.#apply = apply;
  }

  override async replace(instead: string, catalog: Catalog, note: ChangeNote): Promise<ActiveDefinitions> {
    const active = await super.replace(instead, catalog, note);
    this.#apply(active.catalog);
    return active;
  }
}

/** What a stage has before anything was defined. */
const withoutAny = ({ namespaces, identitySettings }: Catalog): Catalog => ({
  namespaces,
  ...(identitySettings && { identitySettings }),
  schemas: [],
  datasets: [],
  mergePolicies: [],
  segments: [],
  destinations: [],
});

function memoryNotes(): Notes {
  const notes = new Map<string, object>();
  return {
    put: async (id, value) => void notes.set(id, value),
    get: async (id) => notes.get(id),
    remove: async (id) => void notes.delete(id),
  };
}

/** Nothing is behind them: bytes of objects go past the API. */
const addressOf = (key: string) => ({ href: `https://objects.invalid/${key}`, headers: {}, expiresAt: 0 });
const ADDRESSES: ObjectAddresses = {
  forWriting: async (key) => ({ method: 'PUT', ...addressOf(key) }),
  forReading: async (key) => ({ method: 'GET', ...addressOf(key) }),
};
