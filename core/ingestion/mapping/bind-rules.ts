import { pointerTo } from '#core/util/pointer.ts';
import type { CompiledRule, MappingRun } from './compile-rule.ts';
import type { DestinationStep } from './destination.ts';
import type { Reader } from './expression/compile.ts';
import { below, type Field, fillItem } from './fill.ts';
import { Rejected, typeName } from './mapped.ts';
import { followSteps, type Read, type SourcePath, type SourceStep, textOfSteps } from './source-path.ts';

/** A rule, and where it fills what is being put together: of an item of a list the steps after it. */
interface Placed {
  readonly compiled: CompiledRule;
  readonly steps: readonly DestinationStep[];
}

/** An item of a list, and what the list was in. */
interface Scope<S> {
  readonly around: S;
  readonly item: unknown;
}

/**
 * The fields that rules fill from records of a form. Rules that fill items of the same list are put together:
 * `phones[0].number` makes the first item, and one without a value of its own is left out; `items[*].sku` makes an item
 * of each item of the list that the rules read.
 * @throws Error when rules for the items of a list do not read one list
 */
export const bindRules = <S>(rules: readonly CompiledRule[], reader: Reader<S>, run: MappingRun): Field<S>[] =>
  bindPlaced(
    rules.map((compiled) => ({ compiled, steps: compiled.steps })),
    reader,
    [],
    run,
  );

/** @param lists those in whose items we are, from the outermost */
function bindPlaced<S>(
  placed: readonly Placed[],
  reader: Reader<S>,
  lists: readonly (readonly SourceStep[])[],
  run: MappingRun,
): Field<S>[] {
  const groups = Map.groupBy(placed, ({ steps }, i) => listIn(steps) ?? i);
  return [...groups.values()].map((group): Field<S> => {
    const { compiled, steps } = group[0]!;
    const at = steps.findIndex((step) => isOfList(step));
    if (at < 0) {
      return { path: steps as string[], valueIn: compiled.bind(reader, steps), fallback: compiled.fallback };
    }
    const path = steps.slice(0, at) as string[];
    const items = group.map((one) => ({ ...one, steps: one.steps.slice(at) }));
    const isEach = steps[at] === '[*]';
    return {
      path,
      valueIn: isEach ? eachItem(items, reader, lists, path, run) : itemsInOrder(items, reader, lists, path, run),
    };
  });
}

const isOfList = (step: DestinationStep): boolean => typeof step === 'number' || step === '[*]';

/** The list in which the steps fill an item. */
function listIn(steps: readonly DestinationStep[]): string | undefined {
  const at = steps.findIndex((step) => isOfList(step));
  return at < 0 ? undefined : steps.slice(0, at).join('.');
}

/** What makes an item of a list, if there is one. */
type MakeItem<S> = (source: S) => unknown;

function itemMaker<S>(
  placed: readonly Placed[],
  reader: Reader<S>,
  lists: readonly (readonly SourceStep[])[],
  run: MappingRun,
): MakeItem<S> {
  const rest = placed.map(({ compiled, steps }) => ({ compiled, steps: steps.slice(1) }));
  if (rest[0]!.steps.length === 0) {
    const { compiled } = rest[0]!;
    return compiled.bind(reader, []) ?? (() => undefined);
  }
  const fields = bindPlaced(rest, reader, lists, run);
  return (source) => fillItem(fields, source);
}

/** `phones[0]`, `phones[1]`: as many as have a value, in their order. */
function itemsInOrder<S>(
  placed: readonly Placed[],
  reader: Reader<S>,
  lists: readonly (readonly SourceStep[])[],
  path: readonly string[],
  run: MappingRun,
): Read<S> {
  const byIndex = [...Map.groupBy(placed, ({ steps }) => steps[0] as number)].sort(([a], [b]) => a - b);
  const makers = byIndex.map(([index, group]) => ({ index, make: itemMaker(group, reader, lists, run) }));
  const place = pointerTo(path);
  return (source) => {
    const items: unknown[] = [];
    for (const { index, make } of makers) {
      const rejected = addItem(items, make, source, `${place}/${index}`, run);
      if (rejected) return rejected;
    }
    return items.length === 0 ? undefined : items;
  };
}

function addItem<S>(
  items: unknown[],
  make: MakeItem<S>,
  source: S,
  place: string,
  run: MappingRun,
): Rejected | undefined {
  const since = run.omissions;
  const item = make(source);
  if (run.omissions > since) run.place(since, place);
  if (item instanceof Rejected) return below(item, place);
  if (item !== undefined && item !== null) items.push(item);
  return undefined;
}

/** `items[*].sku`: an item for each of the list that the rules read. */
function eachItem<S>(
  placed: readonly Placed[],
  reader: Reader<S>,
  lists: readonly (readonly SourceStep[])[],
  path: readonly string[],
  run: MappingRun,
): Read<S> | undefined {
  const list = listOf(placed, lists);
  const readList = reader(list);
  const make = itemMaker(
    placed,
    itemReader(reader, [...list.steps, { each: true }]),
    [...lists, [...list.steps, { each: true }]],
    run,
  );
  if (!readList) return undefined;
  const place = pointerTo(path);
  return (source) => {
    const values = readList(source);
    if (values === undefined || values === null || values instanceof Rejected) return values;
    if (!Array.isArray(values)) return noList(list.text, typeName(values), place);
    const items: unknown[] = [];
    for (const [i, item] of values.entries()) {
      if (!run.budget.take(1)) return tooMuch(list.text, place);
      const rejected = addItem(items, make, { around: source, item }, `${place}/${i}`, run);
      if (rejected) return rejected;
    }
    return items.length === 0 ? undefined : items;
  };
}

const tooMuch = (source: string, pointer: string): Rejected =>
  new Rejected({
    code: 'too-complex',
    column: source,
    message: `Mapping the items of "${source}" takes too many steps`,
    pointer,
    expected: 'fewer items, or rules that make less of them',
    found: 'more steps than a record may take',
  });

const noList = (source: string, found: string, pointer: string): Rejected =>
  new Rejected({
    code: 'mapping-failed',
    column: source,
    message: `The mapping reads the items of "${source}", which is no list`,
    pointer,
    expected: 'a list',
    found,
  });

/** The list whose items rules for each item read: that of the first path with `[*]` beyond the lists we are in. */
function listOf(
  placed: readonly Placed[],
  lists: readonly (readonly SourceStep[])[],
): SourcePath & { readonly steps: readonly SourceStep[] } {
  const listsOf = ({ compiled }: Placed): readonly { readonly steps: readonly SourceStep[] }[] =>
    compiled.paths.flatMap(({ steps = [] }) => listBeyond(steps, lists) ?? []);
  const ofSources = placed.filter(({ compiled }) => compiled.rule.source !== undefined).flatMap(listsOf);
  // A source is a value of the item; an expression may read other lists besides.
  const read = ofSources.length > 0 ? ofSources : placed.flatMap(listsOf).slice(0, 1);
  const found = new Map(read.map(({ steps }) => [textOfSteps(steps), steps]));
  const [first, second] = [...found];
  const name = placed[0]!.compiled.rule.destination;
  if (!first)
    throw new Error(`The mapping fills each item of "${name}" from no list: a source or expression needs items[*]`);
  if (second)
    throw new Error(`The mapping fills each item of "${name}" from two lists, "${first[0]}" and "${second[0]}"`);
  return { text: first[0], steps: first[1] };
}

/** The steps to the first list of a path that we are not in yet, without its `[*]`. */
function listBeyond(
  steps: readonly SourceStep[],
  lists: readonly (readonly SourceStep[])[],
): { readonly steps: readonly SourceStep[] } | undefined {
  const from = lists.reduce((most, list) => (startsWith(steps, list) ? Math.max(most, list.length) : most), 0);
  const at = steps.findIndex((step, i) => i >= from && 'each' in step);
  return at < 0 ? undefined : { steps: steps.slice(0, at) };
}

const startsWith = (steps: readonly SourceStep[], head: readonly SourceStep[]): boolean =>
  textOfSteps(steps.slice(0, head.length)) === textOfSteps(head);

/** Reads of an item what a path says below its list, and all else from around it. */
function itemReader<S>(reader: Reader<S>, list: readonly SourceStep[]): Reader<Scope<S>> {
  return (path) => {
    const { steps } = path;
    if (steps && startsWith(steps, list)) {
      const read = followSteps(steps.slice(list.length));
      return ({ item }) => read(item);
    }
    const read = reader(path);
    return read && (({ around }) => read(around));
  };
}
