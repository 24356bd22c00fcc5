import type { IdType, NamespaceDefinition } from './definition.ts';

/**
 * The namespaces every catalog has without writing them (aep.md §3.1, which has no ids of AAID, Google, the hashes and
 * Phone_E.164), and the forms in which their values are compared (docs/identity.md, "Normal forms").
 */
export const STANDARD_NAMESPACES: readonly NamespaceDefinition[] = [
  { code: 'Email', name: 'E-mail address', idType: 'EMAIL', id: 6, normalize: 'email' },
  {
    code: 'Email_LC_SHA256',
    name: 'E-mail address, trimmed, lower-cased and hashed with SHA-256',
    idType: 'EMAIL',
    id: 11,
    normalize: 'sha256',
  },
  { code: 'Phone', name: 'Phone number as it was written', idType: 'PHONE', id: 7 },
  { code: 'Phone_E.164', name: 'Phone number in E.164 form', idType: 'PHONE', id: 17, normalize: 'phone' },
  { code: 'Phone_SHA256', name: 'Phone number, hashed with SHA-256', idType: 'PHONE', id: 15, normalize: 'sha256' },
  {
    code: 'Phone_SHA256_E.164',
    name: 'Phone number in E.164 form, hashed with SHA-256',
    idType: 'PHONE',
    id: 18,
    normalize: 'sha256',
  },
  { code: 'IDFA', name: 'Apple id for advertisers', idType: 'DEVICE', id: 20915 },
  { code: 'GAID', name: 'Google advertising id', idType: 'DEVICE', id: 20914 },
  { code: 'WAID', name: 'Windows advertising id', idType: 'DEVICE', id: 8 },
  { code: 'ECID', name: 'Experience Cloud id', idType: 'COOKIE', id: 4 },
  { code: 'AdCloud', name: 'Advertising Cloud id', idType: 'COOKIE', id: 411 },
  { code: 'Google', name: 'Google id', idType: 'COOKIE', id: 771 },
  { code: 'GCLID', name: 'Google click id', idType: 'COOKIE' },
  { code: 'TNTID', name: 'Target id', idType: 'COOKIE', id: 9 },
  {
    code: 'AAID',
    name: 'Analytics id (legacy); blocked unless identity settings say otherwise',
    idType: 'COOKIE',
    id: 10,
  },
  { code: 'CORE', name: 'Audience Manager id (legacy)', idType: 'COOKIE', id: 0 },
];

/**
 * All namespaces by code: the catalog's own first, then the standard ones. A standard code that is defined again keeps
 * the standard definition; the loader rejects such a catalog.
 */
export function namespaceRegistry(custom: readonly NamespaceDefinition[]): ReadonlyMap<string, NamespaceDefinition> {
  return new Map([...custom, ...STANDARD_NAMESPACES].map((namespace) => [namespace.code, namespace]));
}

const URI = 'https://data.adobe.io/entities/namespace/';

/** The namespace that somebody names by its code, in whatever case, or by its URI; undefined for none. */
export function findNamespace(
  text: string,
  registry: ReadonlyMap<string, NamespaceDefinition>,
): NamespaceDefinition | undefined {
  const all = [...registry.values()];
  if (text.startsWith(URI)) return all.find(({ id }) => id !== undefined && `${URI}${id}` === text);
  const alike = all.filter(({ code }) => code.toLowerCase() === text.toLowerCase());
  return registry.get(text) ?? (alike.length === 1 ? alike[0] : undefined);
}

/** How strong a claim a kind of identifier makes on who somebody is: people, then devices, then cookies (aep.md §3.4). */
const STRENGTH: Record<IdType, number> = {
  CROSS_DEVICE: 0,
  EMAIL: 1,
  PHONE: 1,
  DEVICE: 2,
  MOBILE: 2,
  COOKIE: 3,
  NON_PEOPLE: 4,
  PARTNER: 4,
};

export const NAMESPACE_CLASSES = ['people', 'devices', 'cookies', 'what is no person'] as const;

/** The place in {@link NAMESPACE_CLASSES}: a namespace of a class must outrank all of the next one. */
export const classOf = (idType: IdType): number => Math.max(0, STRENGTH[idType] - 1);

/** A namespace that is no person's, or a partner's, never joins a graph (aep.md §3.1). */
export const isNeverLinked = (idType: IdType): boolean => idType === 'NON_PEOPLE' || idType === 'PARTNER';

/**
 * The complete order of priority, strongest first: what is given, then all others by the kind of thing they identify;
 * within a kind in the order of the registry. What is given keeps its numbers, for the rules add them up.
 */
export function completePriority(
  given: readonly string[],
  registry: ReadonlyMap<string, NamespaceDefinition>,
): readonly string[] {
  const ranked = new Set(given);
  const others = [...registry.values()].filter(({ code }) => !ranked.has(code));
  return [...ranked, ...others.sort((x, y) => STRENGTH[x.idType] - STRENGTH[y.idType]).map(({ code }) => code)];
}
