import { hash } from 'node:crypto';
import * as z from 'zod';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { ID_TYPES, type NamespaceDefinition, namespaceCode } from '#core/identity/definition.ts';
import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'namespaces';

/** A namespace as clients of AEP write it; types in whatever case, as they are in AEP's own pages. */
export const writtenNamespace = z.object({
  code: namespaceCode.optional(),
  name: z.string().max(500).optional(),
  description: z.string().max(1_000).nullish(),
  idType: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(ID_TYPES)),
});
export const newNamespace = writtenNamespace.extend({ code: namespaceCode });
type Written = z.output<typeof writtenNamespace>;

/** AEP finds namespaces by a number: those that have none are given one that follows from their code. */
const numberOf = ({ id, code }: NamespaceDefinition): number =>
  id ?? 20_000_000 + (Number.parseInt(hash('sha256', code).slice(0, 8), 16) % 900_000_000);

const described = (definition: NamespaceDefinition, isCustom: boolean, { activeSince = 0 }: ActiveDefinitions) => ({
  updateTime: activeSince,
  createTime: activeSince,
  code: definition.code,
  status: 'ACTIVE',
  idType: definition.idType,
  name: definition.name ?? definition.code,
  description: definition.description ?? '',
  id: numberOf(definition),
  custom: isCustom,
  namespaceType: isCustom ? 'Custom' : 'Standard',
});

/** `GET /identities`: the standard ones, and those of the company. */
export async function listNamespaces({ deps }: RouteCall): Promise<HttpAnswer> {
  const active = await deps.definitions.active();
  const own = active.catalog.namespaces.map((one) => described(one, true, active));
  return { status: 200, body: [...STANDARD_NAMESPACES.map((one) => described(one, false, active)), ...own] };
}

const NONE = problem(FAMILY, 404, 'There is no namespace of this id or code');

const isNamed = (definition: NamespaceDefinition, text: string): boolean =>
  String(numberOf(definition)) === text || definition.code === text;

/** `GET /identities/{id}`, by number or code. */
export async function showNamespace({ params, deps }: RouteCall): Promise<HttpAnswer> {
  const active = await deps.definitions.active();
  const own = active.catalog.namespaces.find((one) => isNamed(one, params.id!));
  const found = own ?? STANDARD_NAMESPACES.find((one) => isNamed(one, params.id!));
  if (!found) return NONE;
  return { status: 200, headers: { etag: tagOf(found) }, body: described(found, own !== undefined, active) };
}

/** `POST /identities` */
export async function createNamespace(body: Written & { readonly code: string }, call: RouteCall): Promise<HttpAnswer> {
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const isThere = catalog.namespaces.some(({ code }) => code === body.code);
    if (isThere) return problem(FAMILY, 409, `There is a namespace of the code ${body.code} already`);
    return [{ kind: 'namespaces', name: body.code, value: definitionOf(body.code, body) }];
  });
  return isAnswer(edited) ? edited : answerWith(body.code, edited.active);
}

function definitionOf(code: string, { name, description, idType }: Written, before?: NamespaceDefinition): object {
  return { ...before, code, ...(name !== undefined && { name }), ...(description != null && { description }), idType };
}

/** `PUT /identities/{id}`: its code stays. */
export async function replaceNamespace(body: Written, call: RouteCall): Promise<HttpAnswer> {
  let code = '';
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const before = catalog.namespaces.find((one) => isNamed(one, call.params.id!));
    if (!before) return NONE;
    ({ code } = before);
    const value = definitionOf(code, body, before);
    return staleness(call.call, before, FAMILY) ?? [{ kind: 'namespaces', name: code, value }];
  });
  return isAnswer(edited) ? edited : answerWith(code, edited.active);
}

function answerWith(code: string, active: ActiveDefinitions): HttpAnswer {
  const found = active.catalog.namespaces.find((one) => one.code === code)!;
  return { status: 200, headers: { etag: tagOf(found) }, body: described(found, true, active) };
}
