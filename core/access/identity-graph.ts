import type { Link, RemovedLink } from '#core/identity/linking-rules.ts';
import type { Explanation } from '#core/profile/links/explain.ts';
import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';

/** The identity graph of a person as a screen draws it (aep.md §3.4): instants in ISO 8601. */
export interface IdentityGraph {
  /** The identity of the strongest namespace, which the profile is called by. */
  readonly profile: IdentityKey;
  /** Strongest namespace first. */
  readonly nodes: readonly GraphNode[];
  readonly links: readonly GraphLink[];
  /** Newest first, as far as they are remembered. */
  readonly removed: readonly RemovedGraphLink[];
}

export interface GraphNode {
  readonly identity: IdentityKey;
  readonly namespace: string;
  /** When a record named it first and last together with another; none for an identity that is linked to nothing. */
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  /** Datasets that assert its links, sorted. */
  readonly datasets: readonly string[];
  /** How many links it has. */
  readonly links: number;
}

export interface GraphLink {
  readonly a: IdentityKey;
  readonly b: IdentityKey;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Those that have asserted it, the last one first. */
  readonly datasets: readonly string[];
}

export interface RemovedGraphLink {
  readonly a: IdentityKey;
  readonly b: IdentityKey;
  readonly at: string;
  readonly why: RemovedLink['why'];
  /** By whom and why, where somebody has unlinked it. */
  readonly unlinking?: RemovedLink['unlinking'];
  /** It was asserted again since. */
  readonly isBack: boolean;
}

/** All nodes and links of what `explain` has found. */
export const identityGraphOf = ({ profile, identities, links, removed }: Explanation): IdentityGraph => ({
  profile,
  nodes: identities.map((identity) => nodeOf(identity, links)),
  links: links.map((link) => ({
    a: link.a,
    b: link.b,
    firstSeen: isoOf(link.firstSeen),
    lastSeen: isoOf(link.lastSeen),
    datasets: datasetsOf(link),
  })),
  removed: removed.map(({ a, b, at, why, unlinking, isBack }) => ({
    ...{ a, b, at: isoOf(at), why, isBack },
    ...(unlinking && { unlinking }),
  })),
});

function nodeOf(identity: IdentityKey, links: readonly Link[]): GraphNode {
  const own = links.filter(({ a, b }) => a === identity || b === identity);
  return {
    identity,
    namespace: namespaceOf(identity),
    ...(own.length > 0 && {
      firstSeen: isoOf(Math.min(...own.map(({ firstSeen }) => firstSeen))),
      lastSeen: isoOf(Math.max(...own.map(({ lastSeen }) => lastSeen))),
    }),
    datasets: [...new Set(own.flatMap(datasetsOf))].sort(),
    links: own.length,
  };
}

const datasetsOf = ({ source, alsoFrom = [] }: Link): readonly string[] => [source, ...alsoFrom];

const isoOf = (at: number): string => new Date(at).toISOString();
