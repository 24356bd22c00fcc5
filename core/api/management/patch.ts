import { applyPatch, type Operation } from 'rfc6902';
import * as z from 'zod';
import { pointerSteps } from '#core/util/pointer.ts';
import type { HttpAnswer } from '../http.ts';
import type { Family } from './families.ts';
import { problem } from './problem.ts';

const path = z
  .string()
  .regex(/^(\/|$)/, 'expected a JSON pointer')
  .max(2_000);
const value = z.unknown();

/** A JSON Patch (RFC 6902). Names of operations in whatever case: clients of AEP write them in both. */
export const jsonPatch = z
  .array(
    z.looseObject({
      op: z
        .string()
        .toLowerCase()
        .pipe(z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test'])),
      path,
      from: path.optional(),
      value: value.optional(),
    }),
  )
  .min(1)
  .max(100);
export type JsonPatch = z.output<typeof jsonPatch>;

const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);

/** A value with a patch applied to a copy of it. @returns what is wrong with the patch, as text */
export function patched<T extends object>(original: T, patch: JsonPatch): T | string {
  for (const { path: to, from = '' } of patch) {
    if ([...pointerSteps(to), ...pointerSteps(from)].some((step) => UNSAFE.has(step))) return `${to}: no such place`;
  }
  const copy = structuredClone(original);
  for (const [i, operation] of patch.entries()) {
    const [error] = applyPatch(copy, [withUpsert(operation, copy) as Operation]);
    if (error) return `operation ${i} (${operation.op} ${operation.path}) is not possible: ${sentenceOf(error.name)}`;
  }
  return copy;
}

/** What a patch has made, as the shape that it must have; or an answer that says what is wrong. @param made by `patched` */
export function asWritten<Shape extends z.ZodType>(
  made: object | string,
  shape: Shape,
  family: Family,
): z.output<Shape> | HttpAnswer {
  if (typeof made === 'string') return problem(family, 400, made);
  const parsed = shape.safeParse(made);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return problem(family, 400, `${issue!.path.join('.')}: ${issue!.message}`);
}

/** AEP takes "replace" for what is not there yet, too. */
function withUpsert(operation: JsonPatch[number], target: object): JsonPatch[number] {
  if (operation.op !== 'replace') return operation;
  const steps = pointerSteps(operation.path);
  const parent = steps.slice(0, -1).reduce<unknown>(inside, target);
  return inside(parent, steps.at(-1) ?? '') === undefined ? { ...operation, op: 'add' } : operation;
}

const inside = (at: unknown, step: string): unknown =>
  typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Record<string, unknown>)[step] : undefined;

const sentenceOf = (name: string): string =>
  name === 'MissingError'
    ? 'there is nothing at this place'
    : name === 'TestError'
      ? 'the test fails'
      : 'it has no such meaning';
