import { landingKey } from '#cli/ingest/ingest.ts';
import { ruleLines } from '#cli/report/print-audience-explanation.ts';
import { explainerOf } from '#cli/stage/explain.ts';
import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import { findResources, LOCAL_STAGE } from '#cli/stage/use-stage.ts';
import { type AccessDeps, EVENT_SCHEMA, isAccessProblem, PROFILE_SCHEMA } from '#core/access/access.ts';
import type { EntityAnswer } from '#core/access/entity.ts';
import type { EventPage } from '#core/access/events.ts';
import { getEntities } from '#core/access/get-entities.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { crmFile, fieldsOf } from './crm-file.ts';
import type { AudienceNow, EventNow, ProfileNow } from './page-data.ts';
import type { Platform } from './platform.ts';

const MAX_EVENTS = 12;
const MAX_COUNTED = 1_000;

/** The platform as it is deployed on this machine; looked up at each call, since a new deployment may change it. */
export function localPlatform(now: () => number, newId: () => string): Platform {
  return {
    profileOf: async (device) => {
      const stage = await openStage(now());
      const identity: IdentityKey = `ECID:${device.ecid}`;
      const entity = (await stage.ask(identity, PROFILE_SCHEMA)) as EntityAnswer | undefined;
      if (!entity) return { device, identities: [], attributes: [], audiences: [], events: [] };
      const events = (await stage.ask(identity, EVENT_SCHEMA, MAX_EVENTS)) as EventPage | undefined;
      const audiences = await audiencesOf(identity, stage);
      return { device, ...profileParts(entity), audiences, events: events?.children.map(eventNow) ?? [] };
    },
    extentOf: async (crmId) => {
      const stage = await openStage(now());
      const identity: IdentityKey = `CRMID:${crmId}`;
      const entity = (await stage.ask(identity, PROFILE_SCHEMA)) as EntityAnswer | undefined;
      const events = (await stage.ask(identity, EVENT_SCHEMA, MAX_COUNTED)) as EventPage | undefined;
      const held = heldIn(entity).filter(([, { status }]) => status !== 'exited');
      const identities = entity ? profileParts(entity).identities.length : 0;
      return { identities, events: events?.children.length ?? 0, audiences: held.length };
    },
    uploadTier: async (crmId, tier) => {
      const stage = await openStage(now());
      const entity = (await stage.ask(`CRMID:${crmId}`, PROFILE_SCHEMA)) as EntityAnswer | undefined;
      const name = `loyalty-${newId()}.csv`;
      const text = crmFile({ crmId, tier, updatedAt: new Date(now()).toISOString() }, entity?.entity ?? {});
      await stage.stores.landing.put(landingKey('customers', name), Buffer.from(text));
      return name;
    },
  };
}

interface Stage {
  readonly stores: StageStores;
  readonly catalog: CompiledCatalog;
  readonly now: number;
  ask(
    identity: IdentityKey,
    schema: typeof PROFILE_SCHEMA | typeof EVENT_SCHEMA,
    limit?: number,
  ): Promise<object | undefined>;
}

async function openStage(now: number): Promise<Stage> {
  const stores = storesOf(await findResources(LOCAL_STAGE));
  const catalog = await activeCatalog(stores.catalog);
  const deps: AccessDeps = { ...stores, settings: stageSettings(catalog).access, now };
  return {
    stores,
    catalog,
    now,
    ask: async (entityId, schema, limit = 1) => {
      const request = { schema, identities: [{ entityId }], limit, orderby: '-timestamp', properties: [] } as const;
      const result = await getEntities(request, deps);
      const answer = isAccessProblem(result) ? result : result.answers[0]!.answer;
      if (!isAccessProblem(answer)) return answer;
      if (answer.status === 404) return undefined;
      throw new Error(`The profile could not be read: ${answer.title}`);
    },
  };
}

async function audiencesOf(identity: IdentityKey, { stores, catalog, now }: Stage): Promise<AudienceNow[]> {
  const explain = await explainerOf(stores, now);
  const audiences: AudienceNow[] = [];
  for (const { id, name = id } of catalog.segmentDefinitions.values()) {
    const found = await explain(id, identity);
    if (!found) continue;
    const { method, isMember, optedOut, rule } = found;
    const because = [...(optedOut ? ['has opted out: in no audience'] : []), ...ruleLines(rule)];
    audiences.push({ id, name, method, isMember, because });
  }
  return audiences.sort((one, other) => Number(other.isMember) - Number(one.isMember));
}

type Held = Readonly<Record<string, { readonly status?: string }>>;
const heldIn = (answer: EntityAnswer | undefined) =>
  Object.entries((answer?.entity.segmentMembership as { ups?: Held } | undefined)?.ups ?? {});

function profileParts({ entity }: EntityAnswer): Pick<ProfileNow, 'identities' | 'attributes'> {
  const { identityMap = {}, segmentMembership: _, ...attributes } = entity;
  const identities = Object.entries(identityMap as Record<string, readonly { readonly id: string }[]>);
  return {
    identities: identities.flatMap(([namespace, items]) => items.map(({ id }) => [namespace, id] as const)),
    attributes: fieldsOf(attributes),
  };
}

function eventNow({ timestamp, entity }: EventPage['children'][number]): EventNow {
  const { eventType, _tributary } = entity;
  const { unverifiedIdentities = {} } = (_tributary ?? {}) as {
    unverifiedIdentities?: Record<string, readonly { readonly id?: string }[]>;
  };
  const unverified = Object.entries(unverifiedIdentities).flatMap(([namespace, items]) =>
    items.map(({ id }) => `${namespace}:${id}`),
  );
  return { time: timestamp, type: typeof eventType === 'string' ? eventType : '', unverified };
}
