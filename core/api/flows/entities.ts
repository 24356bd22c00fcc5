import { hash } from 'node:crypto';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { TYPES } from '#core/activation/registry.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { tagOf } from '../management/edit.ts';
import type { RouteCall } from '../management/route.ts';

/** The parts in which AEP's flow service tells of a destination or of a source, each with an id of its own. */
export const PARTS = ['connections', 'sourceConnections', 'targetConnections', 'flows'] as const;
export type Part = (typeof PARTS)[number];

/** What a part is about. */
export type Of = 'destination' | 'source';

/** Ids in the form of AEP's (UUIDs), which follow from what they are about. */
export function idOf(part: Part, of: Of, name: string): string {
  const digits = hash('sha256', [part, of, name].join('\n'));
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `5${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

/** AEP's own ids of what streams come through, and of profiles as the source of destinations. */
export const STREAMING_SPEC = 'bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb';
export const PROFILES_SPEC = '8a9c3494-9708-43d7-ae3f-cda01e5030e1';
const DESTINATION_FLOW_SPEC = '71471eba-b620-49e4-90fd-23f1fa0174d8';
const SOURCE_FLOW_SPEC = 'd8a6f005-7eaf-4153-983e-e8574508b877';

/** Something that the flow service tells, with what it is about. */
export interface FlowEntity {
  readonly part: Part;
  readonly of: Of;
  /** The id of the destination or source connection. */
  readonly name: string;
  readonly body: { readonly id: string; readonly etag: string } & Readonly<Record<string, unknown>>;
}

/** All parts of all destinations and sources of a catalog. */
export function entitiesOf(active: ActiveDefinitions, call: RouteCall): FlowEntity[] {
  const { destinations, sourceConnections = [], datasets } = active.catalog;
  const entity = (part: Part, of: Of, name: string, tag: string, more: object): FlowEntity => ({
    part,
    of,
    name,
    body: {
      id: idOf(part, of, name),
      ...sharedOf(active, call),
      ...more,
      state: 'enabled',
      ...stateOf(more),
      version: tag,
      etag: tag,
    },
  });
  const ofDestinations = destinations.flatMap((destination) => {
    const { id } = destination;
    const tag = tagOf(destination);
    return [
      entity('connections', 'destination', id, tag, {
        name: titleOf(destination),
        connectionSpec: spec(destination.type),
        auth: { specName: 'secret of the stage' },
      }),
      entity('targetConnections', 'destination', id, tag, {
        name: titleOf(destination),
        connectionSpec: spec(destination.type),
        baseConnectionId: idOf('connections', 'destination', id),
        data: { format: 'json' },
        params: paramsOf(destination),
      }),
      entity('flows', 'destination', id, tag, flowOf(destination)),
    ];
  });
  const profiles = entity('sourceConnections', 'destination', PROFILES, '"1"', {
    name: 'Profiles',
    connectionSpec: spec(PROFILES_SPEC),
    baseConnectionId: idOf('connections', 'destination', PROFILES),
    data: { format: 'CSV' },
    params: {},
  });
  const base = entity('connections', 'destination', PROFILES, '"1"', {
    name: 'Profiles',
    connectionSpec: spec(PROFILES_SPEC),
  });
  const ofSources = sourceConnections.flatMap((source) => {
    const { id, name = id, description } = source;
    const tag = tagOf(source);
    const words = { name, ...(description !== undefined && { description }), connectionSpec: spec(STREAMING_SPEC) };
    const sent = source.datasets ?? (source.dataset === undefined ? datasets.map((one) => one.id) : [source.dataset]);
    return [
      entity('connections', 'source', id, tag, {
        ...words,
        auth: {
          specName: 'Streaming Connection',
          params: {
            sourceId: id,
            name,
            dataType: source.format === undefined || source.format === 'xdm-envelope' ? 'xdm' : 'raw',
            inletId: id,
            inletUrl: `/collection/${id}`,
            authenticationRequired: source.authenticationRequired,
          },
        },
      }),
      entity('sourceConnections', 'source', id, tag, {
        ...words,
        baseConnectionId: idOf('connections', 'source', id),
        data: { format: 'json' },
        params: {},
      }),
      entity('targetConnections', 'source', id, tag, {
        name,
        connectionSpec: { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' },
        data: { format: 'parquet_xdm' },
        params: { dataSetId: sent[0] ?? '', dataSetIds: sent },
      }),
      entity('flows', 'source', id, tag, {
        name,
        flowSpec: spec(SOURCE_FLOW_SPEC),
        sourceConnectionIds: [idOf('sourceConnections', 'source', id)],
        targetConnectionIds: [idOf('targetConnections', 'source', id)],
        inheritedAttributes: { properties: { isSourceFlow: true }, sourceConnections: [], targetConnections: [] },
        transformations: [],
      }),
    ];
  });
  return [base, profiles, ...ofDestinations, ...ofSources];
}

/** What all destinations have as their source. */
const PROFILES = '(profiles)';
/** The ids of profiles as the source of destinations. */
export const PROFILES_BASE = idOf('connections', 'destination', PROFILES);
export const PROFILES_SOURCE = idOf('sourceConnections', 'destination', PROFILES);

/** Of what something is, as flow service tells it. */
export const spec = (id: string) => ({ id, version: '1.0' });
const titleOf = ({ id, name }: DestinationDefinition): string => name ?? id;
const stateOf = (more: object): object => ('state' in more ? { state: more.state } : {});

/** What all parts have in common. */
export const sharedOf = ({ activeSince = 0 }: ActiveDefinitions, { call, deps }: RouteCall) => ({
  createdAt: activeSince,
  updatedAt: activeSince,
  createdBy: 'tributary',
  updatedBy: 'tributary',
  createdClient: 'tributary',
  updatedClient: 'tributary',
  sandboxId: deps.stage,
  sandboxName: call.headers['x-sandbox-name'] ?? deps.stage,
  imsOrgId: call.headers['x-gw-ims-org-id'] ?? '',
});

/** The settings of a destination; none of them is a secret: those are kept apart. */
function paramsOf({
  id: _id,
  name: _name,
  segments: _segments,
  enabled: _enabled,
  ...settings
}: DestinationDefinition): object {
  return settings;
}

function flowOf(destination: DestinationDefinition): object {
  const { id, segments, enabled } = destination;
  const selectors = segments.map((segment) => ({ type: 'PLATFORM_SEGMENT', value: { id: segment, name: segment } }));
  const attributes = 'attributes' in destination ? destination.attributes : [];
  return {
    name: titleOf(destination),
    flowSpec: spec(DESTINATION_FLOW_SPEC),
    state: enabled ? 'enabled' : 'disabled',
    sourceConnectionIds: [idOf('sourceConnections', 'destination', PROFILES)],
    targetConnectionIds: [idOf('targetConnections', 'destination', id)],
    inheritedAttributes: { properties: { isDestinationFlow: true }, sourceConnections: [], targetConnections: [] },
    transformations: [
      {
        name: 'GeneralTransform',
        params: { profileSelectors: { selectors: attributes }, segmentSelectors: { selectors } },
      },
    ],
  };
}

/** What connections and flows can be of: the types of destinations, streams as a source, and profiles. */
export function connectionSpecs() {
  const kinds = [...TYPES.keys(), 'aam'].sort().map((name) => ({
    id: name,
    name,
    providerId: 'tributary',
    version: '1.0',
    type: 'destination',
    attributes: { isDestination: true, category: 'destination' },
    authSpec: [],
    targetSpec: { type: name, spec: {} },
  }));
  const streaming = {
    id: STREAMING_SPEC,
    name: 'Streaming Connection',
    providerId: '521eee4d-8cbe-4906-bb48-fb6bd4450033',
    version: '1.0',
    type: 'source',
    attributes: { isSource: true, category: 'Streaming' },
    authSpec: [{ name: 'Streaming Connection', type: 'Streaming', spec: {} }],
    sourceSpec: { type: 'Streaming', spec: {} },
  };
  const profiles = {
    id: PROFILES_SPEC,
    name: 'Unified Profile Service',
    providerId: 'tributary',
    version: '1.0',
    attributes: {},
    authSpec: [],
  };
  return [streaming, profiles, ...kinds];
}

export const FLOW_SPECS = [
  {
    id: DESTINATION_FLOW_SPEC,
    name: 'UPStoDestination',
    providerId: 'tributary',
    version: '1.0',
    sourceConnectionSpecIds: [PROFILES_SPEC],
    targetConnectionSpecIds: [...TYPES.keys()].sort(),
    attributes: {},
  },
  {
    id: SOURCE_FLOW_SPEC,
    name: 'Stream data with transformation',
    providerId: '521eee4d-8cbe-4906-bb48-fb6bd4450033',
    version: '1.0',
    sourceConnectionSpecIds: [STREAMING_SPEC],
    targetConnectionSpecIds: ['c604ff05-7f1a-43c0-8e18-33bf874cb11c'],
    attributes: {},
  },
];
