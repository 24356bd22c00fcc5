import { SCOPES, type Scope } from '#core/contract/scopes.ts';
import type { HttpAnswer } from '../http.ts';
import { mayDoSome } from '../management/caller.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'access-control';
const NAMES = Object.keys(SCOPES) as Scope[];

/** What this platform calls a scope is a permission there, of one resource type of the same name. */
export const showReference = (): HttpAnswer => ({
  status: 200,
  body: {
    permissions: Object.fromEntries(NAMES.map((name) => [name, { [resourceOf(name)]: ['read', 'write', 'delete'] }])),
    'resource-types': Object.fromEntries(NAMES.map((name) => [resourceOf(name), ['read', 'write', 'delete']])),
  },
});

const resourceOf = (scope: Scope): string => scope.split(':', 1)[0]!;

/** `POST /acl/effective-policies`: what the caller may do of some permissions and resource types. */
export function effectivePolicies(asked: readonly string[], { caller, deps, call }: RouteCall): HttpAnswer {
  const may = (path: string): readonly string[] => {
    const name = path.split('/').at(-1) ?? '';
    const scopes = NAMES.filter((scope) => scope === name || resourceOf(scope) === name);
    const isAllowed = scopes.some((scope) => mayDoSome(caller, scope));
    if (!isAllowed) return [];
    return path.includes('/permissions/') ? ['*'] : ['read', 'write', 'delete'];
  };
  const policies = Object.fromEntries(asked.map((path) => [path, may(path)]));
  return {
    status: 200,
    body: {
      policies,
      superAdmin: mayDoSome(caller, 'admin'),
      sandboxName: call.headers['x-sandbox-name'] ?? deps.stage,
    },
  };
}

/** A scope is told as a role: whoever has it may do what it allows. */
const roleOf = (scope: Scope, { call, deps }: RouteCall) => ({
  id: scope.replace(':', '-'),
  recordType: 'role',
  imsOrgID: call.headers['x-gw-ims-org-id'] ?? '',
  name: scope,
  description: SCOPES[scope].allows,
  roleType: 'system-defined',
  permissionSets: [scope],
  sandboxes: [call.headers['x-sandbox-name'] ?? deps.stage],
  subjectAttributes: { labels: [] },
  createdAt: 0,
  createdBy: 'tributary',
  modifiedAt: 0,
  modifiedBy: 'tributary',
  etag: '',
});

/** `GET /administration/roles` */
export const listRoles = (call: RouteCall): HttpAnswer => ({
  status: 200,
  body: { items: NAMES.map((scope) => roleOf(scope, call)), _page: { count: NAMES.length, start: 0 }, _links: {} },
});

const roleNamed = (id: string | undefined): Scope | undefined => NAMES.find((scope) => scope.replace(':', '-') === id);
const NONE = problem(FAMILY, 404, 'There is no role of this id');

/** `GET /administration/roles/{id}` */
export function showRole(call: RouteCall): HttpAnswer {
  const scope = roleNamed(call.params.id);
  return scope ? { status: 200, body: roleOf(scope, call) } : NONE;
}

/** `GET /administration/roles/{id}/subjects`: clients are listed by "tributary client list", people by their company. */
export const listSubjects = ({ params }: RouteCall): HttpAnswer =>
  roleNamed(params.id) ? { status: 200, body: { items: [], _page: { count: 0 }, _links: {} } } : NONE;

/** `GET /administration/policies`: none besides scopes. */
export const listAccessPolicies = (): HttpAnswer => ({
  status: 200,
  body: { items: [], policies: [], _page: { count: 0 }, _links: {} },
});

/** `GET /administration/products` */
export const listProducts = (): HttpAnswer => ({
  status: 200,
  body: { products: [{ id: 'tributary', name: 'Tributary', serviceCode: 'tributary' }] },
});

/** `GET /administration/products/{id}/categories` */
export const listCategories = (): HttpAnswer => ({
  status: 200,
  body: { categories: [{ id: 'scopes', name: 'Scopes', permissions: NAMES }] },
});

/** `GET /administration/products/{id}/permission-sets`: a set for each scope. */
export const listPermissionSets = (): HttpAnswer => ({
  status: 200,
  body: { 'permission-sets': NAMES.map((name) => ({ id: name, name, category: 'scopes', permissions: [name] })) },
});
