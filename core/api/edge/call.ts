import type { EdgeAddress } from '#core/edge/address.ts';
import { generalIn } from '#core/edge/consent.ts';
import { type Device, identityState, knownDevice, newDevice } from '#core/edge/device.ts';
import { type EdgeAnswerBody, identityResult, locationHints, stateStore } from '#core/edge/handles.ts';
import { TOKEN_NAMESPACE, verifyIdentityToken } from '#core/edge/identity-token.ts';
import type { Trust } from '#core/edge/person.ts';
import { type EdgeProblem, edgeProblem, isEdgeProblem } from '#core/edge/problem.ts';
import { type EdgeBody, type EdgeIdentityMap, type EdgeRequest, readRequest } from '#core/edge/request.ts';
import { cookiesOf, isFirstParty, keptState, setCookie, stateEntry } from '#core/edge/state.ts';
import type { HttpAnswer } from '../http.ts';
import type { EdgeDeps } from './deps.ts';
import { type CallFacts, type EdgeCall, NOTHING_TAKEN, type Taken } from './edge-call.ts';
import { takeConsent } from './take-consent.ts';
import { takeEvents } from './take-events.ts';

export type CallAnswer = Pick<HttpAnswer, 'status' | 'body' | 'cookies'>;

/** Does what a call asks for. @returns the answer, or the error of the whole call */
export async function answerCall(facts: CallFacts, deps: EdgeDeps): Promise<CallAnswer | EdgeProblem> {
  const { call, address, datastream, isAuthenticated } = facts;
  const request = readRequest(call.body, call.headers['content-type'], bodyOf(address));
  if (isEdgeProblem(request)) return request;
  const known = knownDevice(request, cookiesOf(call.headers.cookie), datastream.definition);
  if (known && isEdgeProblem(known)) return known;
  // Nobody reads the answer to `collect`, so a device that it made would be another one at every call.
  const device = known ?? (address.action === 'collect' || isAuthenticated ? undefined : newDevice(deps.random));
  if (!device && !isAuthenticated) return NO_DEVICE;
  const trust = await trustIn(request, device, facts);
  const edgeCall: EdgeCall = { ...facts, request, device, trust: trust.of };
  const taken = await take(edgeCall, deps);
  if (isEdgeProblem(taken)) return taken;
  return assemble({ ...taken, warnings: [...trust.warnings, ...taken.warnings] }, edgeCall, deps);
}

const NO_DEVICE = edgeProblem(
  '0306-400',
  'No identity: the first call of a device is to "interact" or "identity/acquire"',
);

function bodyOf({ version, action }: EdgeAddress): EdgeBody {
  if (action === 'identity/acquire') return 'acquire';
  if (action === 'privacy/set-consent') return 'consent';
  return version === 2 && action === 'interact' ? 'event' : 'events';
}

/** Who stands behind what the call says of a person. A token that does not count is no reason to lose an event. */
async function trustIn(
  request: EdgeRequest,
  device: Device | undefined,
  { datastream: { definition }, isAuthenticated, now }: CallFacts,
): Promise<{ readonly of: Trust; readonly warnings: readonly EdgeProblem[] }> {
  const isTrusted = isAuthenticated || definition.trustBrowserIdentities;
  const token = tokenIn(request);
  if (token === undefined) return { of: { isTrusted, verified: {} }, warnings: [] };
  const verified = await verifyIdentityToken(token, { datastream: definition, ecid: device?.ecid, now });
  if (isEdgeProblem(verified)) {
    const { detail } = verified;
    return { of: { isTrusted, verified: {} }, warnings: [edgeProblem('0204-200', detail)] };
  }
  return { of: { isTrusted, verified }, warnings: [] };
}

function tokenIn({ identityMap, events }: EdgeRequest): string | undefined {
  for (const map of [identityMap, ...events.map(({ xdm }) => xdm?.identityMap as EdgeIdentityMap | undefined)]) {
    const items: unknown = map?.[TOKEN_NAMESPACE];
    const [first] = Array.isArray(items) ? (items as readonly { readonly id?: unknown }[]) : [];
    if (typeof first?.id === 'string' && first.id !== '') return first.id;
  }
  return undefined;
}

function take(call: EdgeCall, deps: EdgeDeps): Promise<Taken | EdgeProblem> | Taken {
  switch (call.address.action) {
    case 'identity/acquire':
      return NOTHING_TAKEN;
    case 'privacy/set-consent':
      return takeConsent(call, deps);
    default:
      return mayCollect(call) ? takeEvents(call, deps) : { ...NOTHING_TAKEN, warnings: [NO_CONSENT] };
  }
}

/** By what the device has said itself, else by what the datastream assumes. A server knows what it may send. */
function mayCollect({ request, call, datastream: { definition }, isAuthenticated }: EdgeCall): boolean {
  if (isAuthenticated) return true;
  const kept = keptState(request, cookiesOf(call.headers.cookie), definition.orgId, 'consent');
  return (generalIn(kept) ?? definition.defaultConsent) === 'in';
}

const NO_CONSENT = edgeProblem('0301-200', 'The events were not ingested: the device has not agreed to it');

function assemble(taken: Taken, edgeCall: EdgeCall, { region }: EdgeDeps): CallAnswer {
  const { address, device, request, requestId, datastream, now } = edgeCall;
  const { errors, warnings } = taken;
  const status = errors.length > 0 ? 207 : 200;
  if (address.action === 'collect') return collected(edgeCall, taken);
  const { orgId, firstPartyDomain } = datastream.definition;
  const wantsIdentity =
    address.action !== 'interact' || request.fetch.includes('ECID') || device?.createdAt === undefined;
  const state = device
    ? [...identityState(device, orgId, region.location, now), stateEntry(orgId, 'cluster', region.hint), ...taken.state]
    : [];
  const { call } = edgeCall;
  const isOwn = isFirstParty(request, call.headers['x-forwarded-host'] ?? call.headers.host, firstPartyDomain);
  const handle = [
    ...(device && wantsIdentity ? [identityResult(device.ecid)] : []),
    ...taken.handle,
    ...(device ? [locationHints(region)] : []),
    ...(isOwn ? [] : stateStore(state)),
  ];
  const body: EdgeAnswerBody = {
    requestId,
    handle,
    ...(errors.length > 0 && { errors }),
    ...(warnings.length > 0 && { warnings }),
  };
  return { status, body, ...(isOwn && { cookies: state.map((entry) => setCookie(entry, firstPartyDomain!)) }) };
}

/** 204 without a body to a browser, which does not read it; a server is told what became of its events. */
function collected({ address, requestId, call }: EdgeCall, { errors, warnings }: Taken): CallAnswer {
  if (errors.length > 0) return { status: 207, body: { requestId, handle: [], errors } };
  if (warnings.length > 0) return { status: 200, body: { requestId, handle: [], warnings } };
  if (address.version === 1 || call.query.silent === 'true') return { status: 204 };
  return { status: 202, body: { requestId } };
}
