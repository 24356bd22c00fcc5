import type { Graph, GraphLink } from '../model.ts';

/** An identity as it is drawn. */
export interface DrawnIdentity {
  readonly id: string;
  readonly namespace: string;
  readonly value?: string;
  readonly kind: string;
  readonly rank: number;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  readonly datasets: readonly string[];
  /** It is in the graph no more: only a removed link leads to it. */
  readonly isApart: boolean;
}

/** One node of the drawing: an identity, or several that nothing tells apart. */
export interface Element {
  readonly id: string;
  /** Strongest first; more than one where they are folded. */
  readonly identities: readonly DrawnIdentity[];
}

export type Removed = Graph['removed'][number];

/** One line of the drawing: a link, or one that was removed. */
export interface Line {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  /** More than one where it leads to a fold. */
  readonly links: readonly GraphLink[];
  readonly removed?: Removed;
}

export interface Elements {
  readonly elements: readonly Element[];
  readonly lines: readonly Line[];
}

/** Of these kinds people have many, and one is like the other. */
const FOLDED_KINDS = new Set(['DEVICE', 'COOKIE']);
const MIN_FOLD = 2;

const byText = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** By the priority of the namespace, then what was seen last, then by name: the same whatever order they come in. */
export const byStrength = (a: DrawnIdentity, b: DrawnIdentity): number =>
  a.rank - b.rank || byText(b.lastSeen ?? '', a.lastSeen ?? '') || byText(a.id, b.id);

/** Every identity of the graph, and those to which only a removed link leads; strongest first. */
export function identitiesOf({ nodes, removed }: Graph): DrawnIdentity[] {
  const drawn = new Map<string, DrawnIdentity>(nodes.map((node) => [node.id, { ...node, isApart: false }]));
  const known = new Map(nodes.map(({ namespace, kind, rank }) => [namespace, { kind, rank }]));
  for (const end of removed.flatMap(({ a, b }) => [a, b])) {
    if (drawn.has(end.id)) continue;
    const { kind = '', rank = Number.MAX_SAFE_INTEGER } = known.get(end.namespace) ?? {};
    drawn.set(end.id, { ...end, kind, rank, datasets: [], isApart: true });
  }
  return [...drawn.values()].sort(byStrength);
}

/**
 * What is drawn of a graph: each identity in one element, each link in one line.
 * @param opened ids of folds that are shown in full
 */
export function elementsOf(graph: Graph, opened: ReadonlySet<string> = new Set()): Elements {
  const identities = identitiesOf(graph);
  const lines = linesOf(graph);
  const folds = foldsOf(identities, lines, centreOf(graph, identities));
  const elementOf = new Map<string, string>();
  const elements: Element[] = [];
  for (const identity of identities) {
    const fold = folds.get(identity.id);
    if (!fold || opened.has(fold.id)) elements.push({ id: identity.id, identities: [identity] });
    else if (fold.identities[0] === identity) elements.push(fold);
    elementOf.set(identity.id, fold && !opened.has(fold.id) ? fold.id : identity.id);
  }
  return { elements, lines: joined(lines, elementOf) };
}

/** The strongest identity of the person, by which the profile is called. */
export const centreOf = ({ profile }: Graph, identities: readonly DrawnIdentity[]): string | undefined =>
  identities.find(({ id }) => id === profile)?.id ?? identities[0]?.id;

const nameOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** Every pair once: its link, or else how it was last removed. */
function linesOf({ links, removed }: Graph): Line[] {
  const lines = new Map<string, Line>();
  for (const link of links) {
    const id = nameOf(link.a, link.b);
    lines.set(id, { id, a: link.a, b: link.b, links: [link] });
  }
  for (const one of [...removed].sort((x, y) => byText(y.at, x.at) || byText(x.why, y.why))) {
    const id = nameOf(one.a.id, one.b.id);
    if (!lines.has(id)) lines.set(id, { id, a: one.a.id, b: one.b.id, links: [], removed: one });
  }
  return [...lines.values()].sort((x, y) => byText(x.id, y.id));
}

/** Devices and cookies of one namespace that hang on the same identity by one link, and on nothing else. */
function foldsOf(
  identities: readonly DrawnIdentity[],
  lines: readonly Line[],
  centre: string | undefined,
): ReadonlyMap<string, Element> {
  const linesAt = Map.groupBy(
    lines.flatMap((line) => [line.a, line.b].map((end) => ({ end, line }))),
    ({ end }) => end,
  );
  const groups = Map.groupBy(identities, ({ id, kind, namespace }) => {
    const [only, ...more] = linesAt.get(id) ?? [];
    const isAlike = FOLDED_KINDS.has(kind) && id !== centre && only && more.length === 0 && !only.line.removed;
    return isAlike ? `${namespace} × ${only.line.a === id ? only.line.b : only.line.a}` : undefined;
  });
  const folds = new Map<string, Element>();
  for (const [id, group] of groups) {
    if (id === undefined || group.length < MIN_FOLD) continue;
    for (const one of group) folds.set(one.id, { id, identities: group });
  }
  return folds;
}

function joined(lines: readonly Line[], elementOf: ReadonlyMap<string, string>): Line[] {
  const drawn = new Map<string, Line>();
  for (const line of lines) {
    const [a, b] = [elementOf.get(line.a) ?? line.a, elementOf.get(line.b) ?? line.b];
    const id = nameOf(a, b);
    drawn.set(id, { ...line, id, a, b, links: [...(drawn.get(id)?.links ?? []), ...line.links] });
  }
  return [...drawn.values()];
}
