import { z } from 'zod';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import { addAssertions } from './add-assertions.ts';
import { ID_TYPES, type IdType } from './definition.ts';
import { type GraphRejection, linkableIdentities } from './eligibility.ts';
import { KEEP_ALL, NO_LINK_HISTORY } from './link-history.ts';
import { type Assertion, graphsOf, type LinkingRules } from './linking-rules.ts';
import { STANDARD_NAMESPACES } from './namespaces.ts';
import { replay } from './replay.ts';

const DEFAULT_LIMIT = 50;

const namespace = z.string().regex(/^[^:\s]+$/, 'expected the code of a namespace, without ":" and blanks');
export const identity = z.string().regex(/^[^:\s]+:/, 'expected "NAMESPACE:value"');
const INSTANT = 'expected an instant: ISO 8601, such as "2026-01-31T12:00:00Z", or whole milliseconds since 1970';
const isInstant = (text: string): boolean => !Number.isNaN(timeOf(text));
/** Epoch ms, from that or ISO 8601; without a zone it is UTC. */
export const instant = z.union([z.int(), z.string().refine(isInstant, INSTANT)], { error: INSTANT }).transform(timeOf);
const event = z.union([z.array(identity), z.object({ at: instant.optional(), identities: z.array(identity) })], {
  error: 'expected a list of "NAMESPACE:value", or { "at": …, "identities": [ … ] }',
});

/** What `identity simulate` reads. Other keys are let be, so that a file may carry its title and what is expected. */
export const simulationInput = z.object({
  /** Strongest first. Namespaces that are not named come after these. */
  namespacePriority: z.array(namespace).superRefine(eachOnce),
  uniqueNamespaces: z.array(namespace).superRefine(eachOnce),
  limit: z.int().min(2).default(DEFAULT_LIMIT),
  /** For namespaces that are not standard ones; what is not named is `CROSS_DEVICE`. */
  namespaceTypes: z.record(namespace, z.enum(ID_TYPES)).default({}),
  events: z.array(event),
});
export type SimulationInput = z.output<typeof simulationInput>;

export interface Simulation {
  /** Sorted, and their members too. */
  readonly graphs: readonly (readonly IdentityKey[])[];
  /** Identities that are named anywhere and end in no graph, sorted. */
  readonly withoutGraph: readonly IdentityKey[];
  /** In the order of time; `atEvent` is the place of the event in the list, from 0. */
  readonly removedLinks: readonly { readonly atEvent: number; readonly link: readonly [IdentityKey, IdentityKey] }[];
  /** Events of which the graph did not take everything. */
  readonly rejections: readonly { readonly atEvent: number; readonly reason: GraphRejection }[];
}

/**
 * The graphs that a sequence of events ends in, by the very code that the platform uses (aep.md §3.4).
 * @param values whether the rules for single values (§3.3) apply: 38 digits in an ECID, no placeholders, and so on
 */
export function simulate(input: SimulationInput, values: 'checked' | 'unchecked' = 'unchecked'): Simulation {
  const rules = rulesOf(input, values);
  const events = input.events.map((one) => (Array.isArray(one) ? { identities: one } : one));
  const places = placesOf(events.map(({ at }) => at));
  const asserted = events.map(({ identities }) => linkableIdentities(identities.map(parseIdentityKey), rules, values));
  const assertions = asserted.flatMap(({ identities }, i): Assertion[] =>
    identities.length > 0 ? [{ id: String(i), time: places[i]!, source: 'simulation', identities }] : [],
  );
  const { linkHistory } = addAssertions(NO_LINK_HISTORY, assertions, rules, KEEP_ALL);
  const { links, removed } = replay(linkHistory, rules, KEEP_ALL);
  const graphs = graphsOf(links).map(({ identities }) => identities);
  const inGraph = new Set(graphs.flat());
  const named = new Set(events.flatMap(({ identities }) => identities));
  return {
    graphs,
    withoutGraph: [...named].filter((key) => !inGraph.has(key)).sort(),
    removedLinks: removed.map(({ by, a, b }) => ({ atEvent: Number(by), link: [a, b] as const })),
    rejections: asserted.flatMap(({ rejection }, atEvent) => (rejection ? [{ atEvent, reason: rejection }] : [])),
  };
}

/**
 * The place of each event in the order of time: only the order matters to the rules. An event that says no time happens
 * right after the one before it in the list. Events that say the same time are of one instant, and have one place.
 */
function placesOf(stated: readonly (number | undefined)[]): readonly number[] {
  let time = Number.NEGATIVE_INFINITY;
  let after = 0;
  const moments = stated.map((at) => {
    after = at === undefined ? after + 1 : 0;
    time = at ?? time;
    return { time, after };
  });
  type Moment = (typeof moments)[number];
  const inOrder = (x: Moment, y: Moment): number => (x.time === y.time ? x.after - y.after : x.time - y.time);
  let place = 0;
  let before: Moment | undefined;
  const places = new Map<Moment, number>();
  for (const moment of [...moments].sort(inOrder)) {
    if (before && inOrder(before, moment) < 0) place += 1;
    places.set(moment, place);
    before = moment;
  }
  return moments.map((moment) => places.get(moment)!);
}

/** The linking rules that settings describe. */
export function rulesOf(input: SimulationInput, values: 'checked' | 'unchecked'): LinkingRules {
  const ranks = new Map(input.namespacePriority.map((code, i) => [code, i + 1]));
  const unique = new Set(input.uniqueNamespaces);
  const types = new Map<string, IdType>([
    ...STANDARD_NAMESPACES.map(({ code, idType }) => [code, idType] as const),
    ...Object.entries(input.namespaceTypes),
  ]);
  return {
    rank: (code) => ranks.get(code) ?? ranks.size + 1,
    isUnique: (code) => unique.has(code),
    typeOf: (code) => types.get(code) ?? 'CROSS_DEVICE',
    isBlocked: (code) => values === 'checked' && code === 'AAID',
    limit: input.limit,
  };
}

/** Epoch ms. A time without a zone is one of UTC. */
function timeOf(at: number | string): number {
  if (typeof at === 'number') return at;
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(at)) return Number.NaN;
  return Date.parse(/(Z|[+-]\d\d:?\d\d|^\d{4}-\d\d-\d\d)$/.test(at) ? at : `${at}Z`);
}

function eachOnce(codes: readonly string[], context: z.RefinementCtx): void {
  for (const [i, code] of codes.entries()) {
    if (codes.indexOf(code) < i) context.addIssue({ code: 'custom', path: [i], message: `"${code}" is named twice` });
  }
}
