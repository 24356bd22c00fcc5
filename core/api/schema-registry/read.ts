import type { Catalog } from '#core/catalog/catalog.ts';
import { UNION_CLASSES, unionSchema } from '#core/catalog/union-schema.ts';
import type { HttpAnswer } from '../http.ts';
import { tagOf } from '../management/edit.ts';
import { pageByPlace } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import { propertyFilter } from '../management/property-filter.ts';
import type { RouteCall } from '../management/route.ts';
import { formOf, present, summaryOf } from './present.ts';
import { resolved } from './resolve.ts';
import { altIdOf, type Registry, type Resource, type ResourceType, registryOf } from './resources.ts';
import { sampleOf } from './sample.ts';

const FAMILY = 'schema-registry';
const BASE = '/data/foundation/schemaregistry';

const orgOf = ({ call }: RouteCall): string => call.headers['x-gw-ims-org-id'] ?? '';
const registryFor = async ({ deps }: RouteCall): Promise<Registry> =>
  registryOf((await deps.definitions.active()).catalog);

export interface ListQuery {
  readonly start?: string | undefined;
  readonly limit: number;
  readonly orderby?: string | undefined;
}

/** `GET /{container}/{type}`: the company's own, or what is built in. */
export async function listResources(type: ResourceType, call: RouteCall<ListQuery>): Promise<HttpAnswer> {
  const { container } = call.params;
  const registry = await registryFor(call);
  const all = registry.all.filter((one) => one.type === type && one.container === (container ?? 'global'));
  return answerList(all, registry, call);
}

function answerList(all: readonly Resource[], registry: Registry, call: RouteCall<ListQuery>): HttpAnswer {
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem(FAMILY, 400, filter);
  const form = formOf(call.call, 'id');
  const whole = { ...form, shown: 'whole' as const, isFull: false, hasTexts: true };
  const described = all
    .map((resource) => ({ resource, body: present(resource, registry, whole, orgOf(call)) as { title: string } }))
    .filter(({ body }) => filter(body));
  const { orderby = 'title' } = call.query;
  const keyOf = ({ resource, body }: (typeof described)[number]): string =>
    `${orderby.replace(/^[-+]/, '') === 'title' ? body.title : ''}\n${resource.$id}`;
  const page = pageByPlace(described, keyOf, call.query);
  if (!page) return problem(FAMILY, 400, 'start: expected _page.next of the page before');
  const results = page.items.map(({ resource, body }) => {
    if (form.shown === 'whole') return form.isFull ? present(resource, registry, form, orgOf(call)) : body;
    const summary = summaryOf(resource);
    return form.shown === 'id'
      ? summary
      : { ...summary, 'meta:href': `${BASE}/${resource.container}/${resource.type}/${summary['meta:altId']}` };
  });
  const next =
    page.next === undefined ? {} : { next: { href: `${call.call.path}?start=${page.next}&limit=${call.query.limit}` } };
  const _page = { orderby, next: page.next ?? null, count: results.length };
  return { status: 200, body: { results, _page, _links: next } };
}

/** `GET /{container}/{type}/{id}`, by `$id` or `meta:altId`. */
export async function showResource(type: ResourceType, call: RouteCall): Promise<HttpAnswer> {
  const registry = await registryFor(call);
  const found = registry.byId(call.params.id!);
  if (!found || found.type !== type) return problem(FAMILY, 404, `There is no such resource among the ${type}`);
  const body = present(found, registry, formOf(call.call, 'whole'), orgOf(call));
  return { status: 200, headers: { etag: tagOf(found.definition) }, body };
}

/** `GET /stats` */
export async function showStats(call: RouteCall): Promise<HttpAnswer> {
  const { all, tenant } = await registryFor(call);
  const own = all.filter(({ container }) => container === 'tenant');
  const count = (type: ResourceType): number => own.filter((one) => one.type === type).length;
  const body = {
    imsOrg: orgOf(call),
    tenantId: tenant,
    counts: {
      schemas: count('schemas'),
      mixins: count('fieldgroups'),
      datatypes: count('datatypes'),
      classes: count('classes'),
      unions: 2,
    },
    recentlyCreatedResources: [],
    recentlyUpdatedResources: own.slice(0, 5).map(summaryOf),
    classUsage: [],
  };
  return { status: 200, body };
}

function unionsOf(catalog: Catalog): object[] {
  return UNION_CLASSES.flatMap((one) => {
    const union = unionSchema(catalog, one);
    if (!union) return [];
    const title = one === 'profile' ? 'XDM Individual Profile' : 'XDM ExperienceEvent';
    const more = { title, 'meta:altId': altIdOf(union.$id), version: '1.0', 'meta:resourceType': 'unions' };
    return [{ ...union, ...more, 'meta:containerId': 'tenant', 'meta:extends': [union['meta:class']] }];
  });
}

/** `GET /tenant/unions` */
export async function listUnions(call: RouteCall<ListQuery>): Promise<HttpAnswer> {
  const { catalog } = await call.deps.definitions.active();
  const form = formOf(call.call, 'id');
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem(FAMILY, 400, filter);
  const results = (unionsOf(catalog) as Record<string, unknown>[]).filter(filter).map((union) => {
    const { $id, title, version } = union;
    return form.shown === 'whole' ? union : { $id, 'meta:altId': union['meta:altId'], title, version };
  });
  return { status: 200, body: { results, _page: { orderby: 'title', next: null, count: results.length }, _links: {} } };
}

/** `GET /tenant/unions/{id}`: by its `$id`, its `meta:altId`, or the `$id` of its class. */
export async function showUnion(call: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await call.deps.definitions.active();
  const { id } = call.params;
  const found = (unionsOf(catalog) as Record<string, unknown>[]).find((union) =>
    [union.$id, union['meta:altId'], union['meta:class']].includes(id),
  );
  return found ? { status: 200, body: found } : problem(FAMILY, 404, 'There is no union of this id');
}

/** `GET /rpc/sampledata/{id}` */
export async function showSample(call: RouteCall): Promise<HttpAnswer> {
  const registry = await registryFor(call);
  const found = registry.byId(call.params.id!);
  if (!found) return problem(FAMILY, 404, 'There is no schema of this id');
  return { status: 200, body: sampleOf(resolved(found.definition, registry)) as object };
}

/** `GET /rpc/export/{id}`: the resource and all of the company's own that it refers to. */
export async function exportResource(call: RouteCall): Promise<HttpAnswer> {
  const registry = await registryFor(call);
  const found = registry.byId(call.params.id!);
  if (!found) return problem(FAMILY, 404, 'There is no resource of this id');
  const exported = new Set<Resource>();
  const add = (resource: Resource): void => {
    if (exported.has(resource) || resource.container === 'global') return;
    const references = JSON.stringify(resource.definition).matchAll(/"\$ref":"([^"#]+)/g);
    for (const [, id] of references) {
      const part = registry.byId(id!);
      if (part) add(part);
    }
    exported.add(resource);
  };
  add(found);
  const form = { ...formOf(call.call, 'whole'), shown: 'whole' as const, isFull: false };
  return { status: 200, body: [...exported].map((one) => present(one, registry, form, orgOf(call))) };
}
