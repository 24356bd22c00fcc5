import { DAY_MS } from '#core/util/durations.ts';
import type { DatastreamDefinition } from './definition.ts';
import { ecidOfFpid, isEcid, isFpid, newEcid } from './ecid.ts';
import { decodeIdentityCookie, type EcidSource, encodeIdentityCookie, type IdentityCookie } from './identity-cookie.ts';
import { type EdgeProblem, edgeProblem } from './problem.ts';
import type { EdgeIdentityMap, EdgeRequest } from './request.ts';
import { keptState, type StateEntry, stateEntry } from './state.ts';

/** The device that calls. */
export interface Device {
  readonly ecid: string;
  readonly source: EcidSource;
  /** Epoch ms; undefined where it has no cookie yet. */
  readonly createdAt?: number;
  readonly handedOutAt?: number;
}

export const ECID = 'ECID';
export const FPID = 'FPID';
/** A cookie is written again no oftener than that. */
const RENEW_AFTER_MS = DAY_MS;

/**
 * Which device calls, by what it brings along, in this order: an ECID in the request, the identity cookie, an FPID in the
 * request, the FPID cookie.
 * @returns undefined where it brings nothing; the error where it brings what is none
 */
export function knownDevice(
  request: EdgeRequest,
  cookies: ReadonlyMap<string, string>,
  datastream: DatastreamDefinition,
): Device | EdgeProblem | undefined {
  const kept = keptState(request, cookies, datastream.orgId, 'identity');
  const cookie = kept === undefined ? undefined : decodeIdentityCookie(kept);
  const asked = datastream.idMigration ? idOf(ECID, request) : undefined;
  if (asked !== undefined && asked !== cookie?.ecid) {
    return isEcid(asked)
      ? { ecid: asked, source: 'received' }
      : edgeProblem('0305-400', 'An ECID has 38 decimal digits; the one in identityMap has not');
  }
  if (cookie) return cookie;
  const given = idOf(FPID, request);
  if (given !== undefined && !isFpid(given)) {
    return edgeProblem('0308-400', 'An FPID is a UUID of version 4; the one in identityMap is not');
  }
  const fpid = given ?? cookies.get(datastream.fpidCookie);
  if (fpid === undefined || !isFpid(fpid)) return undefined;
  return { ecid: ecidOfFpid(fpid, datastream.orgId), source: 'firstParty' };
}

/** A device that nobody has seen before. */
export const newDevice = (random: (bytes: number) => Uint8Array): Device => ({
  ecid: newEcid(random),
  source: 'random',
});

/** What the device is to keep of itself; nothing where it was told within a day. @param now epoch ms */
export function identityState(device: Device, orgId: string, region: string, now: number): readonly StateEntry[] {
  const { ecid, source, createdAt, handedOutAt } = device;
  if (handedOutAt !== undefined && handedOutAt <= now && now - handedOutAt < RENEW_AFTER_MS) return [];
  const cookie: IdentityCookie = { ecid, source, createdAt: createdAt || now, handedOutAt: now, region };
  return [stateEntry(orgId, 'identity', encodeIdentityCookie(cookie))];
}

/** The first id of a namespace: of the call, or of its first event that has one. */
function idOf(namespace: string, { identityMap, events }: EdgeRequest): string | undefined {
  const maps = [identityMap, ...events.map(({ xdm }) => xdm?.identityMap as EdgeIdentityMap | undefined)];
  for (const map of maps) {
    const items: unknown = map?.[namespace];
    const [first] = Array.isArray(items) ? (items as readonly { readonly id?: unknown }[]) : [];
    if (typeof first?.id === 'string' && first.id !== '') return first.id;
  }
  return undefined;
}
