import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
import type { Chain, ChainStep, Expression, TimeCondition } from '#core/segmentation/pql/ast.ts';
import { addUnits, type CalendarUnit, parseInstant, startOf } from '#core/segmentation/pql/time.ts';

/**
 * PQL by definition: walks the tree, looks at everything, remembers nothing, and tries every choice of a chain. It shares
 * the calendar with the engine and nothing else. Covers what the generators in this folder write.
 */

interface Names {
  readonly [name: string]: unknown;
}

interface Moment {
  readonly start: number | null;
  /** First instant after it, for days and periods. */
  readonly end?: number | null;
}

const DAY = 86_400_000;

export function naiveIsMember(query: Expression, profile: ProfileView, now: number): boolean {
  const events = profile.xEvent.filter(({ time }) => time <= now);
  return evaluate(query, {}, profile) === true;

  function evaluate(node: Expression, names: Names, item: unknown): unknown {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'list':
        return node.items.map((one) => evaluate(one, names, item));
      case 'name':
        if (node.name in names) return names[node.name];
        return node.name === 'xEvent' ? events : field(item, node.name);
      case 'member':
        return field(evaluate(node.object, names, item), node.name);
      case 'not':
        return evaluate(node.operand, names, item) !== true;
      case 'logical': {
        const answers = node.operands.map((one) => evaluate(one, names, item) === true);
        return node.operator === 'and' ? !answers.includes(false) : answers.includes(true);
      }
      case 'filter':
        return (evaluate(node.source, names, item) as unknown[]).filter(
          (one) => evaluate(node.condition, names, one) === true,
        );
      case 'quantifier': {
        const list = evaluate(node.source, names, item) as unknown[];
        const holds = (one: unknown): boolean =>
          node.condition === undefined || evaluate(node.condition, { ...names, [node.variable]: one }, item) === true;
        if (node.quantifier === 'select') return list.filter(holds);
        return node.quantifier === 'exists' ? list.some(holds) : list.every(holds);
      }
      case 'method': {
        const list = evaluate(node.object, names, item) as unknown[];
        if (node.name === 'count') return list.length;
        const cents = list.map((one) =>
          Math.round(((evaluate(node.args[0]!, names, one) as number | null) ?? 0) * 100),
        );
        return cents.reduce((sum, one) => sum + one, 0) / 100;
      }
      case 'comparison': {
        if (isTime(node.left) || isTime(node.right)) {
          return compare(instant(node.left, names, item), node.operator, instant(node.right, names, item));
        }
        return compare(evaluate(node.left, names, item), node.operator, evaluate(node.right, names, item));
      }
      case 'occurs':
        return occurs(instant(node.time, names, item), node.when, names, item);
      case 'chain':
        return chain(node, names, item);
      default:
        throw new Error(`not in the naive evaluator: ${node.kind}`);
    }
  }

  function instant(node: Expression, names: Names, item: unknown): number | null {
    return moment(node, names, item).start;
  }

  function moment(node: Expression, names: Names, item: unknown): Moment {
    if (node.kind === 'moment') {
      if (node.name === 'now') return { start: now };
      const start = startOf(now, 'day') + { yesterday: -DAY, today: 0, tomorrow: DAY }[node.name];
      return { start, end: start + DAY };
    }
    if (node.kind === 'period') {
      const away = { last: -1, this: 0, next: 1 }[node.which];
      const at = (units: number): number => addUnits(startOf(now, node.unit), units, node.unit);
      return { start: at(away), end: at(away + 1) };
    }
    if (node.kind === 'call') {
      const [year, month, day] = node.args.map((part) => evaluate(part, names, item) as number);
      const start = Date.UTC(year!, month! - 1, day!);
      return { start, end: start + DAY };
    }
    if (node.kind === 'arithmetic' && node.right.kind === 'duration') {
      const from = instant(node.left, names, item);
      const { amount, unit } = node.right;
      return { start: from === null ? null : addUnits(from, node.operator === '-' ? -amount : amount, unit) };
    }
    const value = evaluate(node, names, item);
    if (typeof value === 'string') return { start: parseInstant(value) ?? null };
    if (typeof value === 'number') return { start: value };
    return { start: isEvent(value) ? value.time : null };
  }

  function occurs(time: number | null, when: TimeCondition, names: Names, item: unknown): boolean {
    if (time === null) return false;
    if (when.kind === 'between') {
      const [from, to] = [moment(when.from, names, item), moment(when.to, names, item)];
      return (
        compare(time, '>=', from.start) &&
        (to.end === undefined ? compare(time, '<=', to.start) : compare(time, '<', to.end))
      );
    }
    const { start, end } = moment(when.reference, names, item);
    if (start === null) return false;
    if (when.kind === 'on') return end === undefined ? time === start : time >= start && time < end!;
    if (when.kind === 'side')
      return when.direction === 'before'
        ? time < start
        : when.reference.kind === 'period'
          ? time >= end!
          : time > start;
    const after = when.direction === 'after';
    const from = after && when.reference.kind === 'period' ? end! : start;
    return isAway(time, from, when.operator, when.amount, when.unit, after);
  }

  function isAway(
    time: number,
    from: number,
    operator: string,
    amount: number,
    unit: CalendarUnit,
    after: boolean,
  ): boolean {
    const away = (units: number): number => addUnits(from, after ? units : -units, unit);
    const onSide = after ? time >= from : time <= from;
    if (operator === '<=') return onSide && (after ? time <= away(amount) : time >= away(amount));
    if (operator === '<') return onSide && (after ? time < away(amount) : time > away(amount));
    if (operator === '>=') return after ? time >= away(amount) : time <= away(amount);
    if (operator === '>') return after ? time > away(amount) : time < away(amount);
    const equals = time >= away(amount) && time < away(after ? amount + 1 : amount - 1);
    return operator === '=' ? equals : !equals;
  }

  /** Tries every choice of different events for every step. */
  function chain({ steps, condition }: Chain, names: Names, item: unknown): boolean {
    const suits = (step: ChainStep, one: EventView, known: Names): boolean => {
      const inside = { ...known, [step.name]: one };
      return (
        (step.what === undefined || evaluate(step.what, inside, one) === true) &&
        step.when.every((when) => occurs(one.time, when, known, item))
      );
    };
    /** `since`: the last event so far; `absent`: steps that must not happen before the next one. */
    const place = (index: number, known: Names, chosen: EventView[], since: number, absent: ChainStep[]): boolean => {
      const isAbsent = (after: Names, until: number, taken: EventView[]): boolean =>
        absent.every((step) =>
          events.every(
            (one) => taken.includes(one) || one.time < since || one.time > until || !suits(step, one, after),
          ),
        );
      const step = steps[index];
      if (step === undefined) {
        return (
          isAbsent(known, Number.POSITIVE_INFINITY, chosen) &&
          (condition === undefined || evaluate(condition, known, item) === true)
        );
      }
      if (step.count === 0) return place(index + 1, known, chosen, since, [...absent, step]);
      const free = events.filter((one) => !chosen.includes(one) && one.time >= since && suits(step, one, known));
      return subsets(free, step.count).some((taken) => {
        const times = taken.map(({ time }) => time);
        const end = Math.max(...times);
        const all = [...chosen, ...taken];
        // At one instant either may be the last.
        return taken.some((last) => {
          const after = { ...known, [step.name]: last };
          return last.time === end && isAbsent(after, Math.min(...times), all) && place(index + 1, after, all, end, []);
        });
      });
    };
    return place(0, names, [], Number.NEGATIVE_INFINITY, []);
  }
}

function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) => subsets(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}

const isTime = (node: Expression): boolean =>
  node.kind === 'moment' ||
  (node.kind === 'arithmetic' && node.right.kind === 'duration') ||
  ((node.kind === 'name' || node.kind === 'member') && node.name === 'timestamp');

const isEvent = (value: unknown): value is EventView =>
  typeof value === 'object' && value !== null && 'entity' in value && 'time' in value;

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return null;
  if (isEvent(value)) return name === 'timestamp' ? value.time : field(value.entity, name);
  return (value as Record<string, unknown>)[name] ?? null;
}

function compare(a: unknown, operator: string, b: unknown): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return false;
  if (operator === 'in') return (b as unknown[]).includes(a);
  if (operator === '=') return a === b;
  if (operator === '!=') return a !== b;
  const [x, y] = [a as number, b as number];
  return operator === '<' ? x < y : operator === '<=' ? x <= y : operator === '>' ? x > y : x >= y;
}
