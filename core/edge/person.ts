import { namespaceOfKey } from '#core/schema/identities.ts';
import { isObject } from '#core/util/is-object.ts';
import { ECID, FPID } from './device.ts';
import { TOKEN_NAMESPACE } from './identity-token.ts';
import type { EdgeIdentityMap } from './request.ts';
import type { ClaimField, EdgeSettings } from './settings.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where an event keeps what a browser has claimed of a person without a signature; nothing reads it as an identity. */
export const UNVERIFIED = { parent: '_tributary', name: 'unverifiedIdentities' } as const;

/** Who stands behind what a call says of persons. */
export interface Trust {
  /** Whether everything counts: a server with a key, or a datastream that trusts its pages. */
  readonly isTrusted: boolean;
  /** What a signed token says of the person; counts in any case. */
  readonly verified: EdgeIdentityMap;
}

/**
 * An event as it may go on (docs/edge.md, "Whom a browser may claim to be"): what is claimed without standing behind it is
 * moved to where it is no identity, whether it stood in `identityMap` or in a field that a descriptor makes one. That is
 * everything about persons, and of ECIDs all but the device's own.
 * @param xdm with nested names only, see `nestFlatNames`
 * @param fields of its dataset
 */
export function separatePersons(
  xdm: Fields,
  ecid: string | undefined,
  trust: Trust,
  fields: readonly ClaimField[],
  settings: Pick<EdgeSettings, 'needsProof'>,
): Fields {
  const claims = new Claims(ecid, trust, settings);
  const map = new Map<string, unknown[]>();
  for (const [key, items] of Object.entries(isObject(xdm.identityMap) ? xdm.identityMap : {})) {
    const namespace = namespaceOfKey(key);
    if (namespace === FPID || namespace === TOKEN_NAMESPACE || !Array.isArray(items)) continue;
    const counting = items.filter((item) => claims.counts(namespace, item));
    if (counting.length > 0) map.set(namespace, [...(map.get(namespace) ?? []), ...counting]);
  }
  addVerified(map, trust.verified);
  let entity: Record<string, unknown> = { ...xdm };
  for (const { namespace, path } of fields) entity = claims.removeFrom(entity, namespace, path);
  addDevice(map, ecid);
  const { [UNVERIFIED.parent]: added, ...rest } = entity;
  const { [UNVERIFIED.name]: _forged, ...kept } = isObject(added) ? added : {};
  const more = claims.isEmpty ? kept : { ...kept, [UNVERIFIED.name]: claims.byNamespace };
  return {
    ...rest,
    identityMap: Object.fromEntries(map),
    ...(Object.keys(more).length > 0 && { [UNVERIFIED.parent]: more }),
  };
}

type IdentityItems = Map<string, unknown[]>;

function addVerified(map: IdentityItems, verified: EdgeIdentityMap): void {
  for (const [namespace, items] of Object.entries(verified)) {
    if (namespace === ECID) continue;
    const others = (map.get(namespace) ?? []).filter((item) => !isAmong(item, items));
    map.set(namespace, [...others, ...items]);
  }
}

/** The device is the primary identity, unless the page has said another that counts. */
function addDevice(map: IdentityItems, ecid: string | undefined): void {
  if (ecid === undefined) return;
  const isPrimary = (item: unknown): boolean => isObject(item) && item.primary === true;
  const hasPrimary = [...map.values()].some((items) => items.some(isPrimary));
  const stated = map.get(ECID) ?? [];
  const own = stated.find((item) => idOf(item) === ecid);
  const others = stated.filter((item) => idOf(item) !== ecid);
  map.set(ECID, [{ ...(own as object), id: ecid, ...(!hasPrimary && { primary: true }) }, ...others]);
}

const idOf = (item: unknown): unknown => (isObject(item) ? item.id : undefined);
const isAmong = (item: unknown, items: readonly { readonly id: string }[]): boolean =>
  items.some(({ id }) => id === idOf(item));

/** What a call claims, and nobody stands behind. */
class Claims {
  readonly #ecid: string | undefined;
  readonly #trust: Trust;
  readonly #settings: Pick<EdgeSettings, 'needsProof'>;
  readonly #found = new Map<string, unknown[]>();

  constructor(ecid: string | undefined, trust: Trust, settings: Pick<EdgeSettings, 'needsProof'>) {
    this.#ecid = ecid;
    this.#trust = trust;
    this.#settings = settings;
  }

  /** Whether an identity may stay; one that may not is noted. */
  counts(namespace: string, item: unknown): boolean {
    if (this.#trust.isTrusted) return true;
    if (namespace === ECID ? idOf(item) === this.#ecid : !this.#settings.needsProof(namespace)) return true;
    // What is verified stands there as the site has signed it.
    if (this.#isVerified(namespace, item)) return false;
    const items = this.#found.get(namespace);
    if (items) items.push(item);
    else this.#found.set(namespace, [item]);
    return false;
  }

  /** The entity without what stands in a field and may not stay; shared with the old one elsewhere. */
  removeFrom(entity: Record<string, unknown>, namespace: string, path: readonly string[]): Record<string, unknown> {
    const [name = '', ...rest] = path;
    if (!Object.hasOwn(entity, name)) return entity;
    const { [name]: value, ...others } = entity;
    if (rest.length > 0) return { ...others, [name]: this.#removeInside(value, namespace, rest) };
    // What is no text is made one later on.
    const items = (Array.isArray(value) ? value : [value]).map((id: unknown) => ({ id: asText(id) }));
    return items.every((item) => this.counts(namespace, item) || this.#isVerified(namespace, item)) ? entity : others;
  }

  #removeInside(value: unknown, namespace: string, path: readonly string[]): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#removeInside(item, namespace, path));
    return isObject(value) ? this.removeFrom(value, namespace, path) : value;
  }

  #isVerified(namespace: string, item: unknown): boolean {
    const { verified } = this.#trust;
    return Object.hasOwn(verified, namespace) && isAmong(item, verified[namespace]!);
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  get byNamespace(): Fields {
    return Object.fromEntries(this.#found);
  }
}

const asText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
