import type { IdType } from '#core/identity/definition.ts';
import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import { compileBlocked } from '#core/identity/placeholders.ts';
import { idKindOf, plainName } from './names.ts';

/** A column or field that may say who a record is about. */
export interface Candidate {
  /** Name of the column, or pointer to the field. */
  readonly source: string;
  /** By which it is judged. */
  readonly name: string;
  /** Of each record; empty where it has none. */
  readonly values: readonly string[];
  readonly is?: 'email' | 'phone';
}

export interface FoundIdentity {
  readonly source: string;
  readonly namespace: string;
  readonly idType: IdType;
  /** Whether the namespace has to be defined. */
  readonly isOwn: boolean;
  readonly isPrimary: boolean;
  readonly reason: string;
}

export interface FoundIdentities {
  /** The primary one first. */
  readonly identities: readonly FoundIdentity[];
  readonly notes: readonly string[];
}

export interface IdentityOptions {
  readonly kind: 'event' | 'record';
  readonly dataset: string;
  /** Columns that are taken, e.g. for the id of an event. */
  readonly taken: ReadonlySet<string>;
  /** The primary identity, where the user has named it. */
  readonly wanted?: string | undefined;
}

interface Ranked {
  readonly candidate: Candidate;
  readonly namespace: string;
  readonly idType: IdType;
  readonly isOwn: boolean;
  readonly rank: number;
  readonly reason: string;
  readonly filled: number;
}

/** Of records, so many have to have the primary identity. */
const MIN_FILLED = 0.9;
/** What identifies records that are there once has so many different values. */
const MIN_UNIQUE = 0.95;
/** Of the values of a further identity, so many may be those of several people. */
const MAX_SHARED = 0.01;

/** Chooses the primary identity of a file, and what else identifies the same people. */
export function findIdentities(candidates: readonly Candidate[], options: IdentityOptions): FoundIdentities {
  const ranked = candidates
    .filter(({ source }) => !options.taken.has(source) || source === options.wanted)
    .flatMap((candidate) => rank(withoutPlaceholders(candidate), options) ?? [])
    .sort((x, y) => y.rank - x.rank);
  const [primary] = ranked;
  if (!primary) return { identities: [], notes: [] };
  const notes: string[] = [];
  const used = new Set([primary.namespace]);
  const others = ranked.slice(1).filter((other) => {
    const why = whyNot(other, primary, used);
    if (why !== undefined) notes.push(`"${other.candidate.name}" is no identity: ${why}`);
    else used.add(other.namespace);
    return why === undefined;
  });
  const missing = primary.candidate.values.length - primary.filled;
  if (missing > 0)
    notes.push(`${missing} records of the sample have no "${primary.candidate.name}": they will be in no profile`);
  const asFound = (one: Ranked, isPrimary: boolean): FoundIdentity => ({
    source: one.candidate.source,
    namespace: one.namespace,
    idType: one.idType,
    isOwn: one.isOwn,
    isPrimary,
    reason: isPrimary ? `identifies the person: ${one.reason}` : `identifies the same person: ${one.reason}`,
  });
  return { identities: [asFound(primary, true), ...others.map((one) => asFound(one, false))], notes };
}

/** A placeholder says who nobody is: it is as good as none. */
const withoutPlaceholders = (candidate: Candidate): Candidate => ({
  ...candidate,
  values: candidate.values.map((value) => (namesNobody(value) ? '' : value)),
});

const namesNobody = compileBlocked([], true);

function rank(candidate: Candidate, options: IdentityOptions): Ranked | undefined {
  const present = candidate.values.filter((value) => value !== '');
  const filled = present.length;
  if (filled === 0) return undefined;
  const isFilled = filled >= candidate.values.length * MIN_FILLED;
  const found = standardIdentity(candidate, present, isFilled) ?? ownIdentity(candidate, present, isFilled, options);
  const isWanted = candidate.source === options.wanted;
  if (!found) return undefined;
  if (!isWanted) return { ...found, candidate, filled };
  return { ...found, candidate, filled, rank: found.rank + 1_000, reason: 'as you said' };
}

type Kind = Pick<Ranked, 'namespace' | 'idType' | 'isOwn' | 'rank' | 'reason'>;

/** One of a namespace that is built in. One that many records lack is weak. */
function standardIdentity({ name, is }: Candidate, present: readonly string[], isFilled: boolean): Kind | undefined {
  const [isOwn, weak] = [false, isFilled ? 1 : 0.1];
  const device = deviceOf(name, present);
  if (device) return { ...device, isOwn, rank: 50 * weak, reason: `named and written like an ${device.namespace}` };
  if (is === 'email')
    return { namespace: 'Email', idType: 'EMAIL', isOwn, rank: 40 * weak, reason: 'e-mail addresses' };
  if (is !== 'phone') return undefined;
  return { namespace: 'Phone_E.164', idType: 'PHONE', isOwn, rank: 20 * weak, reason: 'telephone numbers in E.164' };
}

/** One of the company's own. */
function ownIdentity(
  { name, source }: Candidate,
  present: readonly string[],
  isFilled: boolean,
  options: IdentityOptions,
): Kind | undefined {
  const isWanted = source === options.wanted;
  const kind = idKindOf(name) ?? (isWanted ? 'unknown' : undefined);
  if (!kind || !(isFilled || isWanted)) return undefined;
  const isUnique = new Set(present).size >= present.length * MIN_UNIQUE;
  const score = isWanted ? 1 : scoreOf(kind, isUnique, options.kind);
  if (score === undefined) return undefined;
  const isEachOther = isUnique && options.kind === 'record';
  const reason = isEachOther ? 'named like an id, filled, another one in each row' : 'named like an id, and filled';
  const namespace = namespaceFor(name, options.dataset);
  return { namespace, idType: ID_TYPES[kind], isOwn: true, rank: score, reason };
}

const ID_TYPES = {
  person: 'CROSS_DEVICE',
  thing: 'CROSS_DEVICE',
  unknown: 'CROSS_DEVICE',
  device: 'DEVICE',
  cookie: 'COOKIE',
} as const satisfies Record<NonNullable<ReturnType<typeof idKindOf>>, IdType>;

/** @returns nothing where it is no identity of a person */
function scoreOf(
  kind: NonNullable<ReturnType<typeof idKindOf>>,
  isUnique: boolean,
  of: 'event' | 'record',
): number | undefined {
  if (kind === 'person') return 100;
  if (kind === 'device' || kind === 'cookie') return 30;
  if (of === 'event' || !isUnique) return undefined;
  // A list of products has its ids, too.
  return kind === 'unknown' ? 60 : 10;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Standard namespaces of devices and cookies, by name and by what all values look like. */
function deviceOf(name: string, values: readonly string[]): Pick<Ranked, 'namespace' | 'idType'> | undefined {
  const plain = plainName(name);
  const all = (is: RegExp): boolean => values.every((value) => is.test(value));
  if (/(?:ecid|mcid|experiencecloudid)(?:id)?$/.test(plain) && all(/^\d{38}$/))
    return { namespace: 'ECID', idType: 'COOKIE' };
  if (/idfa$/.test(plain) && all(UUID)) return { namespace: 'IDFA', idType: 'DEVICE' };
  if (/(?:gaid|aaid|adid)$/.test(plain) && all(UUID)) return { namespace: 'GAID', idType: 'DEVICE' };
  return undefined;
}

const STANDARD = new Set(STANDARD_NAMESPACES.map(({ code }) => plainName(code)));

/** A code that says whose ids these are: of a column "id" of a file customers.csv, CUSTOMERID. */
function namespaceFor(name: string, dataset: string): string {
  const plain = plainName(name);
  const isBare = /^(?:id|uuid|guid|key|nr|no|number|externalid)$/.test(plain) || plain === '';
  const stem = isBare ? `${plainName(dataset).replace(/s$/, '')}id` : plain;
  const code = (/^\d/.test(stem) ? `ID${stem}` : stem).slice(0, 60).toUpperCase();
  return STANDARD.has(code.toLowerCase()) ? `OWN_${code}` : code;
}

/** Why something that identifies people is better not used here. */
function whyNot(other: Ranked, primary: Ranked, used: ReadonlySet<string>): string | undefined {
  if (used.has(other.namespace)) return `another one of ${other.namespace} is one already`;
  if (other.isOwn && other.idType === 'CROSS_DEVICE' && idKindOf(other.candidate.name) !== 'person') {
    return 'it is not sure that it is one of a person';
  }
  const owners = new Map<string, Set<string>>();
  for (const [i, value] of other.candidate.values.entries()) {
    const owner = primary.candidate.values[i];
    if (value === '' || !owner) continue;
    const known = owners.get(value) ?? new Set();
    owners.set(value, known.size < 3 ? known.add(owner) : known);
  }
  const shared = [...owners.values()].filter(({ size }) => size > 1);
  const isDevice = other.idType === 'COOKIE' || other.idType === 'DEVICE';
  // Devices are shared, and linking rules cope with that.
  if (isDevice) return undefined;
  if (shared.length > owners.size * MAX_SHARED || shared.some(({ size }) => size > 2)) {
    return `${shared.length} of its values are those of several people, who would become one`;
  }
  return undefined;
}
