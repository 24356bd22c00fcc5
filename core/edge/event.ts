import { nestFlatNames } from '#core/ingestion/mapping/fields.ts';
import { isObject } from '#core/util/is-object.ts';
import { obfuscatedAddress } from './ip-address.ts';
import { separatePersons, type Trust } from './person.ts';
import { type EdgeProblem, edgeProblem } from './problem.ts';
import { type EdgeEvent, type EdgeIdentityMap, identityMap, problemOfIssue } from './request.ts';
import type { CompiledDatastream, EdgeSettings } from './settings.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is known of a call that an event came in. */
export interface EventSource {
  readonly datastream: CompiledDatastream;
  readonly datasetId: string;
  readonly settings: EdgeSettings;
  /** The device; undefined where a server speaks of a person only. */
  readonly ecid: string | undefined;
  /** Of the whole call. */
  readonly identityMap: EdgeIdentityMap;
  readonly trust: Trust;
  /** Whether the caller has shown a key. */
  readonly isAuthenticated: boolean;
  readonly requestId: string;
  /** In which the device is, where that is known: the code of `userActivityRegion`. */
  readonly region: string | undefined;
  readonly address: string | undefined;
  /** Epoch ms. */
  readonly now: number;
}

/** An event that goes on, or what is wrong with it; `warning` where a part of it was omitted. */
export type EventOutcome =
  | { readonly entity: Fields; readonly warning?: EdgeProblem; readonly problem?: undefined }
  | { readonly problem: EdgeProblem };

/**
 * An event of a call as the record that goes on to the stream: with its id, which is the same when the SDK sends the
 * request again, the device among its identities, what of persons counts, and what the edge itself adds. Nothing else is
 * validated here; that happens where every record is.
 */
export function eventRecord(event: EdgeEvent, index: number, source: EventSource): EventOutcome {
  const report = { eventIndex: index };
  const nested = nestFlatNames(event.xdm ?? {});
  if (nested.rejection) return { problem: edgeProblem('0104-422', nested.rejection.message, report) };
  const { xdm, warning } = withMappedData(nested.value, event.data, report, source.datastream);
  const stated = identityMap.safeParse(xdm.identityMap ?? {});
  if (!stated.success) return { problem: { ...problemOfIssue(stated.error.issues[0]!, '/xdm/identityMap'), report } };
  const { datastream, datasetId, settings, trust, ecid } = source;
  const whole = { ...xdm, identityMap: { ...source.identityMap, ...stated.data } };
  const fields = datastream.claimFields.get(datasetId) ?? [];
  const entity = separatePersons(whole, ecid, trust, fields, settings);
  if (!hasPrimary(entity.identityMap as Fields)) return { problem: { ...NO_PRIMARY, report } };
  return { entity: { ...entity, ...added(entity, index, source) }, ...(warning && { warning }) };
}

function withMappedData(
  xdm: Fields,
  data: Fields | undefined,
  report: Fields,
  { mapData }: CompiledDatastream,
): { readonly xdm: Fields; readonly warning?: EdgeProblem } {
  if (!data || !mapData) return { xdm };
  const mapped = mapData(data);
  if (!mapped.rejection) return { xdm: merged(mapped.value, xdm) };
  const detail = `The "data" of the event could not be mapped, and was left out. ${mapped.rejection.message}`;
  return { xdm, warning: edgeProblem('0204-200', detail, report) };
}

/** What the page says as XDM goes before what its data are mapped to. */
function merged(base: Fields, over: Fields): Fields {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = Object.hasOwn(result, name) ? result[name] : undefined;
    result[name] = isObject(below) && isObject(value) ? merged(below, value) : value;
  }
  return result;
}

/** Only of a server: a browser's event has the device. */
const hasPrimary = (map: Fields): boolean =>
  Object.values(map).some((items) => (items as readonly Fields[]).some(({ primary }) => primary === true));

const NO_PRIMARY = edgeProblem(
  '0306-400',
  'No identity of the event is primary; a server flags one, a browser needs its identity cookie first',
);

/** A browser's own id could be that of another's record, which would then count as its duplicate. */
function added(entity: Fields, index: number, source: EventSource): Fields {
  const { isAuthenticated, requestId, now } = source;
  const hasId = isAuthenticated && typeof entity._id === 'string' && entity._id !== '';
  const address = obfuscatedAddress(source.address, source.datastream.definition.ipObfuscation);
  const environment = isObject(entity.environment) ? entity.environment : {};
  return {
    _id: hasId ? entity._id : `${requestId}-${index}`,
    timestamp: entity.timestamp ?? new Date(now).toISOString(),
    ...(address && { environment: { ...environment, ...address } }),
    ...regionOf(entity, source),
  };
}

/** What the page says goes first. The second that has begun: what lies after the arrival of the event says nothing. */
function regionOf(entity: Fields, { region, now }: EventSource): Fields {
  if (entity.userActivityRegion !== undefined || region === undefined) return {};
  const captureTimestamp = new Date(Math.floor(now / 1_000) * 1_000).toISOString();
  return { userActivityRegion: { dataCenterLocation: region, captureTimestamp } };
}
