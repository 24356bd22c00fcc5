import type { Catalog } from '#core/catalog/catalog.ts';
import { unionsOf } from '#core/catalog/checks/union.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { segmentOptions } from '#core/catalog/compile-people.ts';
import { historyFor } from '#core/catalog/history.ts';
import { compileNamed, publishedWith, textWithNeeded } from '#core/catalog/plan-segment.ts';
import { settingsForSegment } from '#core/catalog/stage-settings.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { partsOf } from '#core/segmentation/explain/parts.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { doubtsOfFields } from '#core/segmentation/pql/check/fields.ts';
import { problemsIn } from '#core/segmentation/pql/check/mistakes.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { estimateEach } from '#core/segmentation/preview.ts';
import { SegmentSetError } from '#core/segmentation/segment-compiler.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { describePlan } from './present.ts';
import { violationsOf } from './violations.ts';

/** People who are looked at for an estimate. */
const SAMPLE = 2_000;
/** Parts that are counted by themselves: each is evaluated for everybody who is looked at. */
const MAX_PARTS = 20;
const MAX_REPORTED = 20;

export interface CheckedRule {
  readonly pql: string;
  readonly mergePolicyId?: string | undefined;
}

/**
 * `POST /tributary/audiences/rules/check`: what is wrong with a rule, how it would be evaluated and why, whom it would select, as
 * a whole and by each of its outermost parts, and which destinations policies keep it from. Nothing is written.
 */
export async function checkRule({ pql, mergePolicyId }: CheckedRule, call: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await call.deps.definitions.active();
  if (mergePolicyId !== undefined && !catalog.mergePolicies.some(({ id }) => id === mergePolicyId)) {
    return problem('audiences', 400, 'mergePolicyId: the catalog has no merge policy of this id');
  }
  const problems = mistakesIn(pql, catalog);
  if (problems.length > 0) return { status: 200, body: { problems, doubts: [] } };
  const definitions = compiledWithParts(catalog, pql, mergePolicyId);
  if ('problem' in definitions) return { status: 200, body: { problems: [definitions.problem], doubts: [] } };
  const { whole, parts, segments } = definitions;
  const { of, optedOut } = await countOf([...parts.map(({ id }) => id), whole.id], definitions, catalog, call);
  const shown = ({ id, expression }: SegmentDefinition): object => ({
    text: expression.value,
    estimate: of.get(id)!,
    ...describePlan(segments.plans.get(id)!),
  });
  const body = {
    problems,
    doubts: doubtsIn(pql, catalog),
    asOf: new Date(call.deps.now()).toISOString(),
    estimate: of.get(whole.id)!,
    optedOut,
    plan: describePlan(segments.plans.get(whole.id)!),
    parts: parts.map(shown),
    destinations: violationsOf(whole, catalog),
  };
  return { status: 200, body };
}

/** Everything that is wrong with a rule before it is compiled. */
const mistakesIn = (pql: string, catalog: Catalog): object[] =>
  problemsIn(pql, unionsOf(catalog), new Set(catalog.segments.map(({ id }) => id)))
    .slice(0, MAX_REPORTED)
    .map(asProblem);

const doubtsIn = (pql: string, catalog: Catalog): object[] =>
  doubtsOfFields(parsePql(pql), unionsOf(catalog))
    .slice(0, MAX_REPORTED)
    .map(({ offset, message, expected, hint }) => asProblem(new PqlError(message, pql, offset, expected, hint)));

const asProblem = ({ message, line, column, expected, hint }: PqlError): object => ({
  message,
  line,
  column,
  ...(expected !== undefined && { expected }),
  ...(hint !== undefined && { hint }),
});

interface Rule {
  readonly whole: SegmentDefinition;
  /** What `and` or `or` joins outermost; none where nothing is joined. */
  readonly parts: readonly SegmentDefinition[];
  readonly needed: readonly SegmentDefinition[];
  readonly segments: SegmentSet;
}

function compiledWithParts(
  catalog: Catalog,
  pql: string,
  mergePolicyId: string | undefined,
): Rule | { readonly problem: object } {
  try {
    const found = textWithNeeded(catalog, pql);
    const whole = { ...found.at(-1)!, ...(mergePolicyId !== undefined && { mergePolicyId }) };
    const needed = found.slice(0, -1);
    const parts = partTexts(pql).map((value, i) => ({
      ...whole,
      id: `${whole.id} ${i}`,
      expression: { ...whole.expression, value },
    }));
    return { whole, parts, needed, segments: compileNamed([...needed, ...parts, whole], segmentOptions(catalog)) };
  } catch (error) {
    if (error instanceof PqlError) return { problem: asProblem(error) };
    if (error instanceof SegmentSetError) return { problem: { message: error.message, line: 1, column: 1 } };
    throw error;
  }
}

function partTexts(pql: string): string[] {
  const { kind, parts } = partsOf(parsePql(pql));
  if ((kind !== 'and' && kind !== 'or') || parts.length > MAX_PARTS) return [];
  return parts.map(({ query }) => formatPql(query));
}

function countOf(
  ids: readonly string[],
  { whole, parts, needed, segments }: Rule,
  catalog: Catalog,
  { deps }: RouteCall,
): ReturnType<typeof estimateEach> {
  const compiled = compileCatalog(catalog);
  const counting = {
    profiles: deps.people.profiles,
    lookups: lookupReader(deps.people.lookups),
    ...historyFor(publishedWith(catalog, [...needed, ...parts, whole]), compiled, deps.people),
    now: deps.now(),
    random: deps.random,
  };
  return estimateEach(ids, segments, settingsForSegment(compiled, whole), counting, SAMPLE);
}
