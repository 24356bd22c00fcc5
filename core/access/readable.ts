import { type Caller, mayDo, mayDoSome } from '#core/callers/caller.ts';
import { isObject } from '#core/util/is-object.ts';
import type { AccessProblem } from './access.ts';
import type { EntitiesAnswer, IdentityAnswer } from './get-entities.ts';
import type { LabelledFields } from './labelled-fields.ts';
import { parsePropertyFilter } from './property-filter.ts';

/** `profile:read:masked` is no label: it shows who holds what, and no value of it; see `visibilityOf`. */
export const MASKED = 'masked';

/**
 * The paths that a caller may not read: of a caller with `profile:read` none; of one with `profile:read:<label>` all that have a
 * label besides those. @returns undefined where the caller may read nothing
 */
export function hiddenFrom(caller: Pick<Caller, 'scopes'>, labelled: LabelledFields): readonly string[] | undefined {
  if (mayDo(caller, 'profile:read')) return [];
  const scopes = caller.scopes.filter((scope) => scope !== `profile:read:${MASKED}`);
  if (!mayDoSome({ scopes }, 'profile:read')) return undefined;
  const hidden = [...labelled].flatMap(([path, labels]) =>
    [...labels].every((label) => mayDo({ scopes }, 'profile:read', label)) ? [] : [path],
  );
  return hidden.includes('') ? undefined : hidden;
}

/** Why a request may not be answered that asks for events by the values of hidden fields: the answer would tell them. */
export function conditionProblem(properties: readonly string[], hidden: readonly string[]): AccessProblem | undefined {
  const paths = properties.flatMap((text) => parsePropertyFilter(text)?.path.join('.') ?? []);
  const isHidden = (path: string): boolean =>
    hidden.some((each) => path === each || path.startsWith(`${each}.`) || each.startsWith(`${path}.`));
  if (!paths.some(isHidden)) return undefined;
  return {
    status: 422,
    title: 'Not readable',
    detail: 'A property has a label that the scopes of the caller do not name',
  };
}

/**
 * An answer without hidden fields. Where there are some, identities and memberships are omitted as well: they may come from
 * what is hidden.
 */
export function withoutHidden({ status, answers }: EntitiesAnswer, hidden: readonly string[]): EntitiesAnswer {
  if (hidden.length === 0) return { status, answers };
  const paths = [...hidden, 'identityMap', 'segmentMembership'].map((path) => path.split('.'));
  const cut = (entity: Readonly<Record<string, unknown>>) => omitPaths(entity, paths) as Record<string, unknown>;
  const shown = (answer: IdentityAnswer): IdentityAnswer => {
    if ('children' in answer) {
      return { ...answer, children: answer.children.map((child) => ({ ...child, entity: cut(child.entity) })) };
    }
    return 'entity' in answer ? { ...answer, entity: cut(answer.entity) } : answer;
  };
  return { status, answers: answers.map((each) => ({ ...each, answer: shown(each.answer) })) };
}

/** A value without what some paths lead to; a path leads into every element of a list. */
export function omitPaths(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => omitPaths(item, paths));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([name, below]) => {
    const inside = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
    return inside.some((rest) => rest.length === 0) ? [] : [[name, omitPaths(below, inside)] as const];
  });
  return Object.fromEntries(kept);
}
