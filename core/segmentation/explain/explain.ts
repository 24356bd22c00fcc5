import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
import type { Relationship } from '#core/schema/relationship.ts';
import type { SegmentDefinition } from '../definition.ts';
import { createEvaluator, type Evaluator } from '../evaluator.ts';
import { type LookupRecords, NOT_LOADED } from '../lookups.ts';
import type { Expression } from '../pql/ast.ts';
import { formatPql } from '../pql/parse/format.ts';
import { parsePql } from '../pql/parse/parse.ts';
import { type CompiledSegment, compileAll } from '../segment-compiler.ts';
import { partsOf, type RulePart } from './parts.ts';

/** Why a profile is in a segment, or is not. */
export interface ExplainedPart {
  readonly kind: RulePart['kind'];
  /** As it is written in the rule. */
  readonly text: string;
  readonly isTrue: boolean;
  /** Epoch ms: the first later instant at which time alone may make it another; undefined where only data can. */
  readonly changesAt?: number;
  readonly parts: readonly ExplainedPart[];
  /** Of a condition: the attributes that it reads, dotted path → value; undefined values are omitted. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Of a condition on events: those that count for it, the newest first. */
  readonly events?: CountedEvents;
}

export interface CountedEvents {
  readonly count: number;
  /** The newest of them. */
  readonly newest: readonly CountedEvent[];
}

export interface CountedEvent {
  /** The `_id` of the record, where the view has it. */
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  readonly eventType?: string;
}

export interface ExplainInput {
  /** The segment, after those it is built on. */
  readonly definitions: readonly SegmentDefinition[];
  readonly relationships: readonly Relationship[];
  /** With whole events, or with what the segment reads of them. */
  readonly profile: ProfileView;
  /** Epoch ms. */
  readonly now: number;
  readonly records?: LookupRecords | undefined;
}

/** Events of a condition that are named. */
const NEWEST = 20;

/**
 * Why a profile is in the last of some segments at an instant, or is not: the rule part by part, each evaluated by itself as
 * a segment is, with the values that it reads and the events that count for it. Opt-outs are the caller's.
 * @throws PqlError, SegmentSetError as `compileSegments`
 */
export function explainMembership({ definitions, relationships, profile, now, records }: ExplainInput): ExplainedPart {
  const segment = definitions.at(-1)!;
  const source = segment.expression.value;
  const tree = partsOf(parsePql(source));
  const asked = new Map<Expression, string>();
  const add = (query: Expression): void => void asked.set(query, `${segment.id} part ${asked.size}`);
  for (const part of allOf(tree)) for (const query of [part.query, ...part.selections]) add(query);
  const queries = [...asked].map(([query, id]): SegmentDefinition => {
    return { ...segment, id, expression: { ...segment.expression, value: formatPql(query) } };
  });
  const { segments } = compileAll([...definitions, ...queries], relationships);
  const compiled = new Map(segments.map((one) => [one.id, one]));
  const indexOf = new Map(segments.map(({ id }, index) => [id, index]));
  const of = (view: ProfileView): Evaluator => createEvaluator(view, segments, indexOf, records ?? NOT_LOADED);
  const whole = of(profile);
  const past = profile.xEvent.filter(({ time }) => time <= now).sort((a, b) => b.time - a.time);
  const alone = past.map((event) => ({ event, evaluator: of({ ...profile, xEvent: [event] }) }));

  const explained = (part: RulePart): ExplainedPart => {
    const id = asked.get(part.query)!;
    const { isMember } = whole.answer(id, now);
    const next = whole.nextChange([id], now);
    const ids = part.selections.map((selection) => asked.get(selection)!);
    const counted = alone.filter(({ evaluator }) => ids.some((one) => evaluator.answer(one, now).isMember));
    return {
      kind: part.kind,
      text: source.slice(part.span.start, part.span.end),
      isTrue: isMember,
      ...(Number.isFinite(next) && { changesAt: next }),
      parts: part.parts.map(explained),
      ...(part.kind === 'condition' && { values: valuesOf(compiled.get(id)!, profile) }),
      ...(ids.length > 0 && {
        events: {
          count: counted.length,
          newest: counted.slice(0, NEWEST).map(({ event }) => named(event)),
        },
      }),
    };
  };
  return explained(tree);
}

const named = ({ id, time, entity: { _id, eventType } }: EventView): CountedEvent => ({
  id: typeof _id === 'string' ? _id : id,
  time,
  ...(typeof eventType === 'string' && { eventType }),
});

function* allOf(part: RulePart): Generator<RulePart> {
  yield part;
  for (const inside of part.parts) yield* allOf(inside);
}

/** What a condition reads of the profile itself. */
function valuesOf({ attributePaths }: CompiledSegment, profile: ProfileView): Record<string, unknown> {
  const values = attributePaths.map((path) => [path, valueBelow(profile, keysOf(path))] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The names of a path, of which odd ones are in backquotes. */
const keysOf = (path: string): string[] =>
  [...path.matchAll(/`([^`]*)`|([^.`]+)/g)].map(([, odd, plain]) => odd ?? plain ?? '');

/** What is at a path, of each item where there is a list on the way. */
function valueBelow(value: unknown, keys: readonly string[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => valueBelow(item, keys)).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return valueBelow((value as Record<string, unknown>)[key], rest);
}
