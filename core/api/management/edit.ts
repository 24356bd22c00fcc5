import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type Change, changeCatalog, type DefinitionProblem } from '#core/catalog/change.ts';
import { type DefinitionChange, definitionChanges, definitionsByName } from '#core/catalog/definition-changes.ts';
import type { ActiveDefinitions, ChangeNote } from '#core/catalog/definition-store.ts';
import { breakingChanges, renderBreakingChange } from '#core/catalog/evolution.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { scopeLacking } from './change-scopes.ts';
import type { Family } from './families.ts';
import { governedBy, putBeforeSecond } from './four-eyes.ts';
import { invalidDefinitions, missingScope, problem } from './problem.ts';
import type { RouteCall } from './route.ts';

/** What has come of a change. */
export interface Edited {
  readonly active: ActiveDefinitions;
  readonly warnings: readonly DefinitionProblem[];
}

/** Whether something is an answer already, instead of what was asked for. */
export const isAnswer = (value: object): value is HttpAnswer => 'status' in value && typeof value.status === 'number';

/** Somebody else is faster so often at most. */
const ROUNDS = 5;

/**
 * Changes definitions: a new version of the catalog, checked as a whole, takes the place of the one that is active. Where
 * another was made active meanwhile, the change is planned anew on top of it.
 * @param plan what to change of what is active, or why nothing is: an answer
 * @returns the new version; or an answer, also where the change was only to be tried (`dryRun=true`)
 */
export async function editDefinitions(
  call: EditCall,
  family: Family,
  plan: (active: ActiveDefinitions) => readonly Change[] | HttpAnswer,
): Promise<Edited | HttpAnswer> {
  for (let round = 0; round < ROUNDS; round++) {
    try {
      return await editOnce(call, family, plan);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  return problem(family, 409, 'Others are changing definitions at the same time: try again');
}

type EditCall = Pick<RouteCall, 'call' | 'caller' | 'deps'>;

/** Changes what is found: `find` gives a definition, or an answer where the caller may not change it. */
export const editFound = <Found extends object>(
  call: RouteCall,
  family: Family,
  find: (active: ActiveDefinitions, call: RouteCall) => Found | HttpAnswer,
  plan: (found: Found, active: ActiveDefinitions) => readonly Change[] | HttpAnswer,
): Promise<Edited | HttpAnswer> =>
  editDefinitions(call, family, (active) => {
    const found = find(active, call);
    return isAnswer(found) ? found : plan(found, active);
  });

/** @throws ConflictError when another version was made active meanwhile */
async function editOnce(
  { call, caller, deps }: EditCall,
  family: Family,
  plan: (active: ActiveDefinitions) => readonly Change[] | HttpAnswer,
): Promise<Edited | HttpAnswer> {
  const before = await deps.definitions.active();
  const changes = plan(before);
  if (isAnswer(changes)) return changes;
  const checked = checkedChange(before, changes, family);
  if (isAnswer(checked)) return checked;
  const lacking = scopeLacking(checked.differing, caller);
  if (lacking !== undefined) return missingScope(family, lacking);
  if (call.query.dryRun === 'true') return dryRun(before, checked, deps);
  const note = noteOf(call, caller.id, changes);
  const governed = governedBy(checked.differing, deps.fourEyes);
  if (governed !== undefined) {
    const { comment } = note;
    return putBeforeSecond({ caller, deps }, family, governed, { changes, comment, differing: checked.differing });
  }
  return makeActive(before, checked, note, { deps, family });
}

/** A catalog as changes would make it. */
export interface CheckedChange {
  readonly catalog: Catalog;
  readonly warnings: readonly DefinitionProblem[];
  readonly differing: readonly DefinitionChange[];
}

/** Checks changes of what is active as a whole. @returns what is wrong with them, as an answer */
export function checkedChange(
  { catalog: before }: ActiveDefinitions,
  changes: readonly Change[],
  family: Family,
): CheckedChange | HttpAnswer {
  const changed = changeCatalog(before, changes);
  if (changed.problems) return invalidDefinitions(family, changed.problems);
  const { catalog, warnings } = changed;
  const differing = definitionChanges(definitionsByName(before), definitionsByName(catalog));
  return breakingAnswer(before, catalog, family) ?? { catalog, warnings, differing };
}

/** Makes a checked change, with all that goes with it. @throws ConflictError when another version was made active meanwhile */
export async function makeActive(
  before: ActiveDefinitions,
  { catalog, warnings }: CheckedChange,
  note: ChangeNote,
  { deps, family }: { readonly deps: EditCall['deps']; readonly family: Family },
): Promise<Edited | HttpAnswer> {
  const { definitions, consequences } = deps;
  const obstacle = await consequences.prepare(before.catalog, catalog);
  if (obstacle !== undefined) return problem(family, 409, obstacle);
  const active = await definitions.replace(before.version, catalog, note);
  await consequences.begin(before.catalog, catalog, active);
  return { active, warnings };
}

/** Schemas grow, they do not change (docs/schemas.md). */
function breakingAnswer(before: Catalog, after: Catalog, family: Family): HttpAnswer | undefined {
  const errors = breakingChanges(before, after).map((one) => ({ pointer: '', message: renderBreakingChange(one) }));
  if (errors.length === 0) return undefined;
  return problem(family, 409, `Data so far does not survive this change: ${errors[0]!.message}`, { errors });
}

async function dryRun(
  before: ActiveDefinitions,
  { catalog, differing, warnings }: CheckedChange,
  { consequences }: EditCall['deps'],
): Promise<HttpAnswer> {
  const changes = differing.map((change) => ({
    definition: change.key,
    change: change.before ? (change.after ? 'changed' : 'removed') : 'added',
  }));
  const impact = await consequences.impactOf(before.catalog, catalog);
  return { status: 200, body: { dryRun: true, basedOn: before.version, changes, warnings, ...impact } };
}

const MAX_COMMENT = 500;

function noteOf({ headers, method }: HttpCall, by: string, changes: readonly Change[]) {
  const given = headers['x-change-comment']?.replaceAll(/\p{Cc}/gu, ' ').slice(0, MAX_COMMENT);
  const names = changes.map(({ kind, name }) => `${kind}/${name}`).join(', ');
  return { by, comment: given ?? `${method} ${names}`.slice(0, MAX_COMMENT) };
}

/** What tells one state of a definition from another, as ETags do. */
export const tagOf = (definition: unknown): string => `"${hash('sha256', stringify(definition) ?? '').slice(0, 16)}"`;

/** An answer that what was to be changed is not as the caller believes (`If-Match`); undefined where it is. */
export function staleness({ headers }: HttpCall, definition: unknown, family: Family): HttpAnswer | undefined {
  const wanted = headers['if-match'];
  if (wanted === undefined || wanted.trim() === '*') return undefined;
  const tag = tagOf(definition);
  const known = wanted.split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(tag)) return undefined;
  return problem(family, 412, 'It was changed in the meantime: read it again', { headers: { etag: tag } });
}
