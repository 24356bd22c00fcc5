/**
 * What a caller of the management host may be allowed: each scope is the name of a kind of work, some with a qualifier that
 * narrows it (`ingest:crm`). None includes another; `admin` neither: whoever may make clients reads no profile by that.
 */
export const SCOPES = {
  ingest: { qualifier: 'dataset', isNeeded: true, allows: 'send records, as streams or as batches' },
  'profile:read': { qualifier: 'label', isNeeded: false, allows: 'read profiles and their events' },
  'audience:write': { allows: 'change audiences' },
  'destination:write': { allows: 'change destinations' },
  activate: { qualifier: 'destination', isNeeded: true, allows: 'send audiences to a destination' },
  'content:write': { allows: 'draft what pages show' },
  'content:publish': { allows: 'publish what pages show' },
  'schema:write': { allows: 'change schemas, field groups, descriptors and datasets' },
  govern: { allows: 'change labels, policies, merge policies, linking rules and namespaces' },
  privacy: { allows: 'ask for access and deletion of what is stored about a person' },
  'operate:read': { allows: 'look at batches, runs and counts' },
  operate: { allows: 'look at them as well, and start jobs' },
  admin: { allows: 'make and revoke clients, change source connections, and see who changed definitions' },
  'audit:read': { allows: 'read who read which person' },
} as const satisfies Readonly<Record<string, ScopeKind>>;

interface ScopeKind {
  /** What stands behind the name, after a colon: the id of such a thing. */
  readonly qualifier?: 'dataset' | 'label' | 'destination';
  /** Whether the name alone is no scope; `*` is then the qualifier that stands for all. */
  readonly isNeeded?: boolean;
  readonly allows: string;
}

export type Scope = keyof typeof SCOPES;

/** What a stage may let nobody do alone. */
export const FOUR_EYES_SCOPES = ['govern', 'content:publish'] as const satisfies readonly Scope[];
export type FourEyesScope = (typeof FOUR_EYES_SCOPES)[number];

/** A scope as it is granted: `ingest:crm`, `ingest:*`, `profile:read`, `profile:read:C2`. */
export interface GrantedScope {
  readonly scope: Scope;
  /** Undefined where the whole of it is granted. */
  readonly qualifier?: string;
}

const QUALIFIER = /^[\w.-]{1,128}$/;

/** Reads a granted scope. @returns undefined for what is none */
export function parseScope(text: string): GrantedScope | undefined {
  if (Object.hasOwn(SCOPES, text)) {
    const kind: ScopeKind = SCOPES[text as Scope];
    return kind.isNeeded ? undefined : { scope: text as Scope };
  }
  const at = text.lastIndexOf(':');
  const [name, qualifier] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 0 || !Object.hasOwn(SCOPES, name)) return undefined;
  const kind: ScopeKind = SCOPES[name as Scope];
  if (kind.qualifier === undefined) return undefined;
  if (qualifier === '*') return kind.isNeeded ? { scope: name as Scope } : undefined;
  return QUALIFIER.test(qualifier) ? { scope: name as Scope, qualifier } : undefined;
}
