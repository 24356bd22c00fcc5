import type { IdType } from '#core/identity/definition.ts';

/**
 * The linking rules once more, in the plainest way: all links in one list, everything looked at after every event. It
 * shares nothing with the core but the names of types, so that the two can be held against each other.
 */
export interface NaiveSetup {
  readonly namespacePriority: readonly string[];
  readonly uniqueNamespaces: readonly string[];
  readonly limit?: number;
  readonly events: readonly (readonly string[])[];
}

interface NaiveLink {
  readonly a: string;
  readonly b: string;
  readonly time: number;
}

export interface NaiveResult {
  readonly graphs: readonly (readonly string[])[];
  readonly withoutGraph: readonly string[];
  readonly removedLinks: readonly { readonly atEvent: number; readonly link: readonly [string, string] }[];
}

const COOKIES = ['ECID', 'AAID'];
const DEVICES = ['IDFA', 'GAID'];
const typeOf = (namespace: string): IdType =>
  COOKIES.includes(namespace) ? 'COOKIE' : DEVICES.includes(namespace) ? 'DEVICE' : 'CROSS_DEVICE';
const namespaceOf = (key: string): string => key.split(':')[0]!;

export function naiveLinking(setup: NaiveSetup): NaiveResult {
  const { uniqueNamespaces, events, limit = 50 } = setup;
  const removedLinks: { atEvent: number; link: [string, string] }[] = [];
  let links: NaiveLink[] = [];
  for (const [time, event] of events.entries()) {
    const identities = [...new Set(event)].sort();
    if (hasTwoValues(identities, uniqueNamespaces)) continue;
    const asserted = identities.flatMap((a, i) => identities.slice(i + 1).map((b) => ({ a, b, time })));
    const before = [...links.filter((link) => !asserted.some((one) => isSame(one, link))), ...asserted];
    links = before;
    if (componentsOf(links).some((graph) => hasTwoValues(graph, uniqueNamespaces)))
      links = rebuilt(links, asserted, setup);
    for (;;) {
      const tooLarge = componentsOf(links).find((graph) => graph.length > limit);
      if (!tooLarge) break;
      const victim = firstToGo(tooLarge, links);
      links = links.filter(({ a, b }) => a !== victim && b !== victim);
    }
    const gone = before.filter((link) => !links.includes(link)).map(({ a, b }): [string, string] => [a, b]);
    removedLinks.push(
      ...gone.sort(([x, p], [y, q]) => compare(x, y) || compare(p, q)).map((link) => ({ atEvent: time, link })),
    );
  }
  const graphs = componentsOf(links);
  const inGraph = graphs.flat();
  const withoutGraph = [...new Set(events.flat())].filter((identity) => !inGraph.includes(identity)).sort();
  return { graphs, withoutGraph, removedLinks };
}

function rebuilt(links: readonly NaiveLink[], asserted: readonly NaiveLink[], setup: NaiveSetup): NaiveLink[] {
  const rank = (key: string): number => {
    const place = setup.namespacePriority.indexOf(namespaceOf(key));
    return place < 0 ? setup.namespacePriority.length + 1 : place + 1;
  };
  const order = [...links].sort(
    (x, y) =>
      (asserted.includes(x) ? 0 : 1) - (asserted.includes(y) ? 0 : 1) ||
      rank(x.a) + rank(x.b) - rank(y.a) - rank(y.b) ||
      y.time - x.time ||
      compare(x.a, y.a) ||
      compare(x.b, y.b),
  );
  const kept: NaiveLink[] = [];
  for (const link of order) {
    const tried = [...kept, link];
    if (!componentsOf(tried).some((graph) => hasTwoValues(graph, setup.uniqueNamespaces))) kept.push(link);
  }
  return kept;
}

function firstToGo(graph: readonly string[], links: readonly NaiveLink[]): string {
  const kind = (key: string): number => ['COOKIE', 'DEVICE', 'CROSS_DEVICE'].indexOf(typeOf(namespaceOf(key)));
  const age = (key: string): number =>
    Math.max(...links.filter(({ a, b }) => a === key || b === key).map(({ time }) => time));
  return [...graph].sort((x, y) => kind(x) - kind(y) || age(x) - age(y) || compare(x, y))[0]!;
}

function componentsOf(links: readonly NaiveLink[]): string[][] {
  const seen = new Set<string>();
  const graphs: string[][] = [];
  for (const start of [...new Set(links.flatMap(({ a, b }) => [a, b]))].sort()) {
    if (seen.has(start)) continue;
    const graph: string[] = [];
    const pending = [start];
    for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
      if (seen.has(key)) continue;
      seen.add(key);
      graph.push(key);
      for (const { a, b } of links) if (a === key || b === key) pending.push(a === key ? b : a);
    }
    graphs.push(graph.sort());
  }
  return graphs;
}

function hasTwoValues(identities: readonly string[], unique: readonly string[]): boolean {
  return unique.some((namespace) => identities.filter((key) => namespaceOf(key) === namespace).length > 1);
}

const isSame = (x: NaiveLink, y: NaiveLink): boolean => x.a === y.a && x.b === y.b;
const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
