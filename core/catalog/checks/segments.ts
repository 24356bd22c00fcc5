import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS } from '#core/schema/definition.ts';
import { relationshipsOf } from '#core/schema/descriptors.ts';
import type { Relationship } from '#core/schema/relationship.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { Expression } from '#core/segmentation/pql/ast.ts';
import { doubtsOfFields, problemsOfFields } from '#core/segmentation/pql/check/fields.ts';
import { type Reference, segmentReferences } from '#core/segmentation/pql/check/segment-references.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { compileSegments } from '#core/segmentation/segment-set.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog, placeOf } from '../loaded.ts';
import { lookupsOf, profileSchemas, schemasById, unionOf } from './union.ts';

const VALUE = ['expression', 'value'];
/** Of one text, so much is reported: each place has to be looked for from its beginning. */
const MAX_REPORTED = 20;

interface Parsed {
  readonly loaded: Loaded<SegmentDefinition>;
  readonly definition: SegmentDefinition;
  readonly references: readonly Reference[];
}

/** Segments parse, read fields that exist, build on segments that exist, and use the default merge policy. */
export function checkSegments(catalog: LoadedCatalog, findings: Findings): void {
  const enabled = profileSchemas(catalog).flatMap(({ definition }) => definition ?? []);
  const unions = {
    profile: unionOf(catalog, PROFILE_CLASS),
    event: unionOf(catalog, EXPERIENCE_EVENT_CLASS),
    lookups: lookupsOf(enabled, schemasById(catalog)),
  };
  const parsed = new Map<string, Parsed>();
  for (const loaded of catalog.segments) {
    const { definition } = loaded;
    if (!definition) continue;
    checkMergePolicy(loaded, definition, catalog, findings);
    const expression = parse(loaded, definition, findings);
    if (!expression) continue;
    for (const { offset, message, expected, hint } of problemsOfFields(expression, unions).slice(0, MAX_REPORTED)) {
      findings.within(loaded, VALUE, offset, message, { expected, hint });
    }
    for (const { offset, message, expected, hint } of doubtsOfFields(expression, unions).slice(0, MAX_REPORTED)) {
      findings.warnWithin(loaded, VALUE, offset, message, { expected, hint });
    }
    parsed.set(definition.id, { loaded, definition, references: segmentReferences(expression) });
  }
  const before = findings.problems.length;
  checkReferences(parsed, catalog, findings);
  checkCycles(parsed, findings);
  if (findings.problems.length === before && parsed.size === catalog.segments.length) {
    checkSet(parsed, relationshipsOf(enabled), findings);
  }
}

function parse(loaded: Loaded<unknown>, { expression }: SegmentDefinition, findings: Findings): Expression | undefined {
  try {
    return parsePql(expression.value);
  } catch (error) {
    if (!(error instanceof PqlError)) throw error;
    reportPql(loaded, expression.value, error, findings);
    return undefined;
  }
}

function reportPql(loaded: Loaded<unknown>, text: string, error: PqlError, findings: Findings): void {
  const lineStart = text
    .split('\n')
    .slice(0, error.line - 1)
    .reduce((length, line) => length + line.length + 1, 0);
  findings.within(loaded, VALUE, lineStart + error.column - 1, error.message, { expected: error.expected });
}

function checkMergePolicy(
  loaded: Loaded<unknown>,
  { mergePolicyId }: SegmentDefinition,
  catalog: LoadedCatalog,
  findings: Findings,
): void {
  if (mergePolicyId === undefined) return;
  const policies = catalog['merge-policies'];
  const ids = idsOf(policies);
  if (!ids.has(mergePolicyId)) {
    findings.at(loaded, ['mergePolicyId'], `unknown merge policy "${mergePolicyId}"`, {
      hint: didYouMean(mergePolicyId, ids),
    });
  }
}

function checkReferences(parsed: ReadonlyMap<string, Parsed>, catalog: LoadedCatalog, findings: Findings): void {
  const ids = idsOf(catalog.segments);
  const states = new Map(catalog.segments.map(({ id, definition }) => [id, definition?.lifecycleState]));
  const standard = catalog['merge-policies'].find(({ definition }) => definition?.default)?.id;
  const policies = new Map(catalog.segments.map(({ id, definition }) => [id, definition?.mergePolicyId ?? standard]));
  const policyOf = (id: string): string | undefined => policies.get(id);
  for (const { loaded, definition, references } of parsed.values()) {
    for (const { id, offset } of references) {
      const state = states.get(id);
      if (!ids.has(id)) {
        findings.within(loaded, VALUE, offset, `unknown segment "${id}"`, { hint: didYouMean(id, ids) });
      } else if (policyOf(id) !== policyOf(definition.id)) {
        findings.within(loaded, VALUE, offset, `the segment "${id}" sees people under another merge policy`, {
          hint: 'give both the same "mergePolicyId"',
        });
      } else if (definition.lifecycleState === 'published' && state && state !== 'published') {
        findings.within(loaded, VALUE, offset, `the segment "${id}" is not published, it is ${state}`);
      }
    }
  }
}

/** Reports each circle once, where it closes. */
function checkCycles(parsed: ReadonlyMap<string, Parsed>, findings: Findings): void {
  const done = new Set<string>();
  const visit = (id: string, above: readonly string[]): void => {
    const segment = parsed.get(id);
    if (!segment || done.has(id)) return;
    const path = [...above, id];
    for (const reference of segment.references) {
      const from = path.indexOf(reference.id);
      if (from < 0) {
        visit(reference.id, path);
        continue;
      }
      const circle = [...path.slice(from), reference.id].join(' → ');
      const hint = `"${reference.id}" is in ${placeOf(parsed.get(reference.id)!.loaded)}`;
      findings.within(segment.loaded, VALUE, reference.offset, `segments depend on each other in a circle: ${circle}`, {
        hint,
      });
    }
    done.add(id);
  };
  for (const id of parsed.keys()) visit(id, []);
}

/** What only shows when expressions are compiled, such as a variable that nothing binds. */
function checkSet(
  parsed: ReadonlyMap<string, Parsed>,
  relationships: readonly Relationship[],
  findings: Findings,
): void {
  const all = [...parsed.values()].map(({ definition }) => definition);
  if (!failureOf(all, relationships)) return;
  for (const { loaded, definition } of parsed.values()) {
    const error = failureOf([...withNeeded(definition.id, parsed)], relationships);
    if (error instanceof PqlError) reportPql(loaded, definition.expression.value, error, findings);
    else if (error) findings.at(loaded, VALUE, error.message);
  }
}

function failureOf(
  definitions: readonly SegmentDefinition[],
  relationships: readonly Relationship[],
): Error | undefined {
  try {
    compileSegments(definitions, { relationships });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A segment and those it builds on. */
function withNeeded(
  id: string,
  parsed: ReadonlyMap<string, Parsed>,
  found = new Set<SegmentDefinition>(),
): Set<SegmentDefinition> {
  const segment = parsed.get(id);
  if (!segment || found.has(segment.definition)) return found;
  found.add(segment.definition);
  for (const reference of segment.references) withNeeded(reference.id, parsed, found);
  return found;
}
