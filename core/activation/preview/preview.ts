import type { Delivery, ProfileDelivery } from '#core/activation/delivery.ts';
import type { DestinationType, FileDestination, RequestDestination } from '#core/activation/destination-type.ts';
import { edgeCalls } from '#core/activation/destinations/aam/edge-call.ts';
import { hubFiles } from '#core/activation/destinations/aam/hub-file.ts';
import type { ExportFile } from '#core/activation/files/export-file.ts';
import { membersAfter } from '#core/activation/files/members.ts';
import { type FileDelivery, type FileRow, LatestRows } from '#core/activation/files/pending.ts';
import { isExportDay } from '#core/activation/files/schedule.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { Credentials, RequestAuthentication } from '#core/activation/http/credentials.ts';
import { nested } from '#core/activation/http/nested.ts';
import { packed } from '#core/activation/pack.ts';
import { isProfileDestination, type ProfileDestination, typeOf } from '#core/activation/registry.ts';
import { type RouteSettings, routeItem } from '#core/activation/route.ts';
import { routeToProfileDestination } from '#core/activation/route-profile.ts';
import type { Profile } from '#core/profile/profiles.ts';
import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { groupBy } from '#core/util/group-by.ts';
import type { DestinationDefinition } from '../definition.ts';
import { type DestinationState, type LastRouted, NOTHING_ROUTED } from '../delivery-state.ts';
import { activatedProfiles } from '../desired.ts';
import type { ChangeLine } from './changes.ts';
import { MASK } from './mask.ts';

export interface Preview {
  readonly requests: readonly HttpRequest[];
  readonly files: readonly ExportFile[];
  /** Memberships that are not told, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
}

type Rules = Omit<RouteSettings, 'destinations'>;

/**
 * What a destination would be sent because of the given changes: they go through the same routing and the same making
 * of requests and files as in the cloud. A realized membership is taken for one that the destination has not heard of,
 * an exited one for one that it has; the changes of one person that follow each other are told at once.
 * @param now epoch ms: the instant of the decision; it names files, and decides which regions are fresh
 * @param type of a destination that is told about people; the registry's where it is omitted
 */
export function preview(
  destination: DestinationDefinition,
  lines: readonly ChangeLine[],
  rules: Rules,
  now: number,
  segmentName: (id: string) => string | undefined = () => undefined,
  type = isProfileDestination(destination) ? typeOf(destination) : undefined,
): Preview {
  const excluded: Record<string, number> = {};
  const count = (reason: string, by = 1): void => {
    excluded[reason] = (excluded[reason] ?? 0) + by;
  };
  const deliveries = persons(lines).flatMap((person, index) => {
    const routed = routePerson(destination, person, rules, now, type);
    for (const [reason, memberships] of Object.entries(routed.excluded)) count(reason, memberships.length);
    // All at once, except that later lines are the later news.
    return routed.deliveries.map((delivery) => ({ ...delivery, decidedAt: now + index }));
  });
  for (const { change } of lines) if (!destination.segments.includes(change.segmentId)) count('segmentNotActivated');
  const made = madeOf(destination, deliveries, now, segmentName, type);
  for (const reason of made.invalid) count(reason);
  return { requests: made.requests, files: made.files, excluded };
}

interface Person {
  readonly lines: ChangeLine[];
}

/** Lines of one person, as long as they speak of different segments and agree about the person, are one news. */
function persons(lines: readonly ChangeLine[]): Person[] {
  const latest = new Map<string, Person>();
  const all: Person[] = [];
  for (const line of lines) {
    const key = JSON.stringify([line.identities.map(identityKey).sort(), line.attributes]);
    const known = latest.get(key);
    if (known && !known.lines.some(({ change }) => change.segmentId === line.change.segmentId)) {
      known.lines.push(line);
      continue;
    }
    const person = { lines: [line] };
    latest.set(key, person);
    all.push(person);
  }
  return all;
}

function routePerson(
  destination: DestinationDefinition,
  { lines }: Person,
  rules: Rules,
  now: number,
  type: DestinationType<ProfileDestination> | undefined,
): { deliveries: Delivery[]; excluded: DestinationState['excluded'] } {
  const { identities, attributes } = lines[0]!;
  if (identities.length === 0) return { deliveries: [], excluded: { noIdentity: lines.map(() => '') } };
  const profile = profileOf(identities, attributes, rules);
  const decision = { canonicalKey: profile.key, revision: 1, decidedAt: now };
  const exits = new Set(lines.flatMap(({ change }) => (change.status === 'exited' ? [change.segmentId] : [])));
  const route = (held: (segmentId: string) => 'realized' | 'exited', lastRouted: DestinationState) => {
    const segments = Object.fromEntries(
      lines.map(({ change }) => [change.segmentId, { ...change, status: held(change.segmentId) }]),
    );
    const memberships: MembershipItem = {
      canonicalKey: profile.key,
      version: 1,
      mergedIn: [],
      profiles: { [profile.key]: { segments, digest: '' } },
    };
    const before = {
      canonicalKey: profile.key,
      version: 1,
      mergedIn: [],
      lastRevision: 0,
      pending: [],
      destinations: { [destination.id]: lastRouted },
    };
    if (type && !isProfileDestination(destination)) {
      const activated = activatedProfiles(destination, [profile], memberships);
      return routeToProfileDestination(destination as never, activated, lastRouted, decision, type);
    }
    const only = { ...rules, destinations: new Map([[destination.id, destination]]) };
    const { deliveries, after } = routeItem(
      [{ policy: { mergePolicy: rules.mergePolicy }, profiles: [profile] }],
      memberships,
      before,
      only,
      decision,
    );
    return { deliveries, deliveryState: after.destinations[destination.id] ?? NOTHING_ROUTED };
  };
  // As if all were members: which identities hear about it, and by which way. Exits go out to exactly those.
  const asMembers = route(() => 'realized', NOTHING_ROUTED).deliveryState;
  const lastRouted = Object.fromEntries(
    Object.entries(asMembers.lastRouted).map(([key, segments]) => [key, onlySegments(segments, exits)]),
  );
  const { deliveries } = route((id) => (exits.has(id) ? 'exited' : 'realized'), { ...NOTHING_ROUTED, lastRouted });
  return { deliveries: deliveries.map(({ delivery }) => delivery), excluded: asMembers.excluded };
}

const onlySegments = (
  segments: Readonly<Record<string, LastRouted>>,
  wanted: ReadonlySet<string>,
): Record<string, LastRouted> => Object.fromEntries(Object.entries(segments).filter(([id]) => wanted.has(id)));

/** A profile that has these identities and attributes, and nothing else. */
function profileOf(
  identities: readonly Identity[],
  attributes: Readonly<Record<string, unknown>>,
  { links }: Rules,
): Profile {
  const keys = [...identities]
    .sort((a, b) => links.rank(a.namespace) - links.rank(b.namespace) || (identityKey(a) < identityKey(b) ? -1 : 1))
    .map(identityKey);
  const { regions, ...own } = nested(attributes);
  const byCode = groupBy(identities, ({ namespace }) => namespace);
  const identityMap = Object.fromEntries(
    [...byCode].map(([code, ids]) => [code, ids.map(({ value }) => ({ id: value }))]),
  );
  const view: Record<string, unknown> = { ...own, identityMap };
  const perDevice = (regions ?? {}) as Record<IdentityKey, unknown>;
  type Regions = ReturnType<Profile['regionsOf']>;
  return {
    key: keys[0]!,
    identities: keys,
    view: view as unknown as Profile['view'],
    optedOut: false,
    regionsOf: (key) => (perDevice[key] ?? view.userActivityRegions) as Regions,
  };
}

/** What every secret of a destination is shown as. */
const maskedCredentials = ({ credentials }: RequestDestination<ProfileDestination>): Credentials =>
  Object.fromEntries(Object.keys(credentials).map((key) => [key, MASK]));

function maskedAuthentication(how: RequestAuthentication): Record<string, string> {
  switch (how.type) {
    case 'none':
      return {};
    case 'apiKey':
      return { [how.header]: how.scheme === undefined ? MASK : `${how.scheme} ${MASK}` };
    case 'basic':
      return { authorization: `Basic ${MASK}` };
    case 'bearer':
      return { authorization: `Bearer ${MASK}` };
    case 'aws':
      return { authorization: `AWS4-HMAC-SHA256 ${MASK}` };
    default: {
      const { header = 'authorization', scheme = 'Bearer' } = how;
      return { [header]: `${scheme} ${MASK}`.trim() };
    }
  }
}

/** The deliveries as the functions of the destination make requests or files of them. */
function madeOf(
  destination: DestinationDefinition,
  deliveries: readonly Delivery[],
  now: number,
  segmentName: (id: string) => string | undefined,
  type: DestinationType<ProfileDestination> | undefined,
): { requests: HttpRequest[]; files: ExportFile[]; invalid: string[] } {
  if (type) {
    const persons = ofKind(deliveries, 'profile');
    const own = destination as ProfileDestination;
    return type.delivery === 'requests'
      ? { ...requestsOf(type, own, persons, now, segmentName), files: [] }
      : filesOf(type, own, rowsOf(persons), now);
  }
  if (isProfileDestination(destination)) throw new Error(`No type was given of the destination "${destination.id}"`);
  const calls = ofKind(deliveries, 'aam-edge').map((call) => edgeCalls(call, destination));
  const { files, invalid } = hubFiles(destination, rowsOf(ofKind(deliveries, 'aam-hub')), now);
  return {
    requests: calls.flatMap(({ requests }) => requests),
    files: [...files],
    invalid: [...calls.flatMap((call) => call.invalid), ...invalid],
  };
}

type OfKind<K extends Delivery['kind']> = Extract<Delivery, { kind: K }>;
const ofKind = <K extends Delivery['kind']>(deliveries: readonly Delivery[], kind: K): OfKind<K>[] =>
  deliveries.filter((delivery): delivery is OfKind<K> => delivery.kind === kind);

function requestsOf(
  type: RequestDestination<ProfileDestination>,
  destination: ProfileDestination,
  persons: readonly ProfileDelivery[],
  now: number,
  segmentName: (id: string) => string | undefined,
): { requests: HttpRequest[]; invalid: string[] } {
  const audienceId = (segmentId: string, kind = ''): string =>
    type.audiences?.given({ segmentId, kind }, destination) ?? `<audience of ${segmentId}${kind && ` ${kind}`}>`;
  const context = { credentials: maskedCredentials(type), now, segmentName, audienceId };
  const authorization = maskedAuthentication(type.authentication(destination));
  const invalid: string[] = [];
  const rows = persons.flatMap((delivery, of) => {
    const made = type.rows(delivery, destination, context);
    if (!('delivered' in made)) return made.map((row) => ({ ...row, of }));
    invalid.push(made.reason);
    return [];
  });
  const requests = packed(rows, (call) => type.limits(destination, call)).map(({ call, rows: own }) => {
    const request = type.request(
      call,
      own.map(({ row }) => row),
      destination,
      context,
    );
    return { ...request, headers: { ...request.headers, ...authorization } };
  });
  return { requests, invalid };
}

function filesOf(
  type: FileDestination<ProfileDestination>,
  destination: ProfileDestination,
  rows: readonly FileRow[],
  now: number,
): { requests: HttpRequest[]; files: ExportFile[]; invalid: string[] } {
  if (!isExportDay(type.schedule(destination), now)) {
    return { requests: [], files: [], invalid: rows.map(() => 'notAnExportDay') };
  }
  const lastRouted = type.exports(destination) === 'full' ? membersAfter([], rows) : rows;
  const { files, invalid } = type.files(lastRouted, destination, now);
  return { requests: [], files: [...files], invalid: [...invalid] };
}

function rowsOf(deliveries: readonly FileDelivery[]): FileRow[] {
  const latest = new LatestRows();
  for (const delivery of deliveries) latest.add(delivery);
  return latest.rows();
}
