import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identitiesOf } from '#console/profiles/graph/elements.ts';
import { type Drawing, drawingOf, MAX_DRAWN } from '#console/profiles/graph/layout.ts';
import { type Stand, stepped } from '#console/profiles/graph/steps.ts';
import type { Graph, GraphLink } from '#console/profiles/model.ts';
import { runs } from '#tests/harness/runs.ts';

const KINDS = [
  ['CRMID', 'CROSS_DEVICE'],
  ['Email', 'EMAIL'],
  ['IDFA', 'DEVICE'],
  ['ECID', 'COOKIE'],
] as const;
const dayOf = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();

type Spec = { readonly kinds: number[]; readonly links: [number, number][]; readonly removed: [number, number][] };

function graphOf({ kinds, links, removed }: Spec): Graph {
  const nodes = kinds.map((kind, i) => {
    const [namespace, type] = KINDS[kind]!;
    const seen = dayOf((i * 7) % 5);
    return { id: `n${i}`, namespace, kind: type, rank: kind + 1, lastSeen: seen, datasets: ['web'], links: 1 };
  });
  const linked = new Map<string, GraphLink>();
  for (const [x, y] of links) {
    const [a, b] = [Math.min(x, y) % kinds.length, Math.max(x, y) % kinds.length];
    if (a === b || linked.has(`${b} ${a}`)) continue;
    linked.set(`${a} ${b}`, { a: `n${a}`, b: `n${b}`, firstSeen: dayOf(0), lastSeen: dayOf(a), datasets: ['web'] });
  }
  const ends = removed.map(([a, b]) => [nodes[a % nodes.length]!, { id: `gone${b}`, namespace: 'ECID' }] as const);
  return {
    asOf: dayOf(9),
    profile: 'n0',
    nodes,
    links: [...linked.values()],
    removed: ends.map(([{ id, namespace }, b], i) => ({
      a: { id, namespace },
      b,
      at: dayOf(i),
      why: 'withdrawn' as const,
      isBack: false,
    })),
  } as Graph;
}

const pairs = (max: number) => fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { maxLength: max });
const graphs = (max: number) =>
  fc
    .record({
      kinds: fc.array(fc.nat(KINDS.length - 1), { minLength: 1, maxLength: max }),
      links: pairs(60),
      removed: pairs(3),
    })
    .map(graphOf);

const star = (cookies: number): Graph =>
  graphOf({
    kinds: [0, ...Array<number>(cookies).fill(3)],
    links: Array.from({ length: cookies }, (_, i) => [0, i + 1]),
    removed: [],
  });

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, at: ((i + 1) * (seed + 7919)) % 104_729 }))
    .sort((x, y) => x.at - y.at)
    .map(({ item }) => item);
}

const drawn = (graph: Graph, opened?: ReadonlySet<string>): Drawing => drawingOf(graph, opened)!;

describe('the drawing of an identity graph', () => {
  it('has no two elements that overlap', () => {
    fc.assert(
      fc.property(graphs(40), (graph) => {
        const { placed, form } = drawn(graph);
        for (const [i, one] of placed.entries()) {
          for (const other of placed.slice(i + 1)) {
            const isApart =
              Math.abs(one.x - other.x) >= form.width ||
              Math.abs(one.y - other.y) >= form.height ||
              form.name === 'disc';
            expect([one.id, other.id, isApart]).toEqual([one.id, other.id, true]);
            expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(form.height);
          }
        }
      }),
      runs(0.02, 200),
    );
  });

  it('is the same in whatever order the graph comes', () => {
    fc.assert(
      fc.property(graphs(40), fc.nat(1_000), (graph, seed) => {
        const links = shuffled(graph.links, seed).map((link) => ({ ...link, a: link.b, b: link.a }));
        const other = { ...graph, nodes: shuffled(graph.nodes, seed), links, removed: shuffled(graph.removed, seed) };
        const [one, two] = [drawn(graph), drawn(other)];
        expect(two.placed).toEqual(one.placed);
        expect(two.lines.map(({ id }) => id)).toEqual(one.lines.map(({ id }) => id));
      }),
      runs(0.02, 200),
    );
  });

  it('has every identity and every link once, folded or not', () => {
    fc.assert(
      fc.property(graphs(40), fc.boolean(), (graph, isOpened) => {
        const folds = drawn(graph).placed.filter(({ identities }) => identities.length > 1);
        const { placed, lines } = drawn(graph, new Set(isOpened ? folds.map(({ id }) => id) : []));
        const identities = placed.flatMap((one) => one.identities.map(({ id }) => id));
        expect(identities.sort()).toEqual(
          identitiesOf(graph)
            .map(({ id }) => id)
            .sort(),
        );
        expect(lines.flatMap(({ links }) => links)).toHaveLength(graph.links.length);
        expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
        const ends = new Set(placed.map(({ id }) => id));
        expect(lines.every(({ a, b }) => ends.has(a) && ends.has(b))).toBe(true);
      }),
      runs(0.02, 200),
    );
  });

  it('is walked through by arrows, to every element and every line', () => {
    fc.assert(
      fc.property(graphs(20), (graph) => {
        const drawing = drawn(graph);
        const reached = new Map<string, Stand>();
        const waiting: Stand[] = [{ id: drawing.placed[0]!.id }];
        for (let stand = waiting.pop(); stand; stand = waiting.pop()) {
          const key = `${stand.id} from ${stand.from}`;
          if (reached.has(key)) continue;
          reached.set(key, stand);
          for (const arrow of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'])
            waiting.push(stepped(drawing, stand, arrow));
        }
        const all = [...drawing.placed, ...drawing.lines].map(({ id }) => id);
        expect(new Set([...reached.values()].map(({ id }) => id))).toEqual(new Set(all));
      }),
      runs(0.02, 100),
    );
  });

  it('has the strongest in the middle, and cookies of one person in one fold until it is opened', () => {
    const graph = star(23);
    const { placed, form, lines } = drawn(graph);
    expect(placed.map(({ id, identities }) => [id, identities.length])).toEqual([
      ['n0', 1],
      ['ECID × n0', 23],
    ]);
    expect([placed[0]!.x, placed[0]!.y, form.name, lines.length]).toEqual([0, 0, 'card', 1]);
    const opened = drawn(graph, new Set(['ECID × n0']));
    expect([opened.placed.length, opened.form.name, opened.lines.length]).toEqual([24, 'disc', 23]);
  });

  it('has rings by distance, and a removed link to somebody who is no longer in the graph', () => {
    const chain: Spec = {
      kinds: [0, 1, 3],
      links: [
        [0, 1],
        [1, 2],
      ],
      removed: [[2, 5]],
    };
    const { placed, lines } = drawn(graphOf(chain));
    expect(placed.map(({ id, ring }) => [id, ring])).toEqual([
      ['n0', 0],
      ['n1', 1],
      ['n2', 2],
      ['gone5', 3],
    ]);
    expect(placed.at(-1)!.identities[0]!.isApart).toBe(true);
    expect(lines.find(({ removed }) => removed)?.id).toBe('gone5 n2');
  });

  it('is of one identity where there is but one, and none where there are too many', () => {
    expect(drawn(star(0)).placed).toHaveLength(1);
    expect(drawingOf(star(MAX_DRAWN - 1))).toBeDefined();
    expect(drawingOf(star(MAX_DRAWN))).toBeUndefined();
  });
});
