import type { Change } from '#core/catalog/change.ts';
import { definitionsByName } from '#core/catalog/definition-changes.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import type { Kind } from '#core/catalog/loaded.ts';
import { KINDS } from '#core/catalog/read-definitions.ts';
import { writtenValue } from '#core/catalog/write-definitions.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'definitions';

const isKind = (text: string): text is Kind => (KINDS as readonly string[]).includes(text);

/** `GET /tributary/definitions`: all of them, by `kind/name`, as they are written in a catalog. */
export async function listDefinitions(call: RouteCall<{ kind?: string | undefined }>): Promise<HttpAnswer> {
  const { version, catalog } = await call.deps.definitions.active();
  const all = [...definitionsByName(catalog)].filter(([, { kind }]) => kind === (call.query.kind ?? kind));
  const definitions = Object.fromEntries(all.map(([key, one]) => [key, writtenValue(one)]));
  return { status: 200, headers: { etag: `"${version}"` }, body: { version, definitions } };
}

/** `GET /tributary/definitions/{kind}/{name}` */
export async function showDefinition({ params, deps }: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  const found = definitionsByName(catalog).get(`${params.kind}/${params.name}`);
  if (!found) return noneOf(params.kind!);
  const body = writtenValue(found) as object;
  return { status: 200, headers: { etag: tagOf(body) }, body };
}

const noneOf = (kind: string): HttpAnswer =>
  isKind(kind)
    ? problem(FAMILY, 404, `There is no definition of this name among the ${kind}`)
    : problem(FAMILY, 404, `There is no kind of definitions of this name; there are ${KINDS.join(', ')}`);

/** `PUT /tributary/definitions/{kind}/{name}` */
export function putDefinition(value: object, call: RouteCall): Promise<HttpAnswer> {
  const { kind, name } = call.params;
  if (!isKind(kind!)) return Promise.resolve(noneOf(kind!));
  return change(call, (active) => staleOf(active, call) ?? [{ kind, name: name!, value }]);
}

/** `DELETE /tributary/definitions/{kind}/{name}` */
export function deleteDefinition(call: RouteCall): Promise<HttpAnswer> {
  const { kind, name } = call.params;
  return change(call, (active) => {
    if (!isKind(kind!) || !definitionsByName(active.catalog).has(`${kind}/${name}`)) return noneOf(kind!);
    return staleOf(active, call) ?? [{ kind, name: name!, value: undefined }];
  });
}

function staleOf({ catalog }: ActiveDefinitions, { params, call }: RouteCall): HttpAnswer | undefined {
  const found = definitionsByName(catalog).get(`${params.kind}/${params.name}`);
  return staleness(call, found && writtenValue(found), FAMILY);
}

interface Changes {
  readonly instead?: string | undefined;
  readonly comment?: string | undefined;
  readonly changes: readonly { readonly kind: string; readonly name: string; readonly value: object | null }[];
}

/** `POST /tributary/definitions` */
export function changeDefinitions({ instead, comment, changes }: Changes, call: RouteCall): Promise<HttpAnswer> {
  const headers = comment === undefined ? call.call.headers : { ...call.call.headers, 'x-change-comment': comment };
  return change({ ...call, call: { ...call.call, headers } }, ({ version }) => {
    if (instead !== undefined && instead !== version) {
      return problem(FAMILY, 412, `Version ${version} is active, not ${instead}: read the definitions again`);
    }
    return changes.map(({ kind, name, value }) => ({ kind: kind as Kind, name, value: value ?? undefined }));
  });
}

async function change(
  call: RouteCall,
  plan: (active: ActiveDefinitions) => readonly Change[] | HttpAnswer,
): Promise<HttpAnswer> {
  const edited = await editDefinitions(call, FAMILY, plan);
  if (isAnswer(edited)) return edited;
  const { active, warnings } = edited;
  return { status: 200, body: { version: active.version, warnings } };
}

/** `GET /tributary/definitions/history` */
export async function listHistory(call: RouteCall<{ limit: number }>): Promise<HttpAnswer> {
  const activations = await call.deps.definitions.history(call.query.limit);
  return {
    status: 200,
    body: { versions: activations.map(({ at, ...one }) => ({ ...one, at: new Date(at).toISOString() })) },
  };
}
