import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import { propertyFilter } from '../management/property-filter.ts';
import type { RouteCall } from '../management/route.ts';

/** Versions that are looked back for. */
const MAX_VERSIONS = 100;

/** `GET /events`: who changed definitions, and when, newest first. */
export async function listAuditEvents(call: RouteCall<{ limit: number; start: number }>): Promise<HttpAnswer> {
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem('audit', 400, filter);
  const { limit, start } = call.query;
  const { call: http, deps } = call;
  const events = (await deps.definitions.history(MAX_VERSIONS)).map(({ version, at, by, comment }) => ({
    id: `${at}-${version}`,
    version: '1.0',
    imsOrgId: http.headers['x-gw-ims-org-id'] ?? '',
    sandboxName: http.headers['x-sandbox-name'] ?? deps.stage,
    sandboxId: deps.stage,
    region: '',
    requestId: version,
    authId: by ?? '',
    userEmail: by ?? '',
    permissionResource: 'Catalog',
    permissionType: 'WRITE',
    assetType: 'Catalog',
    assetId: version,
    assetName: comment ?? version,
    action: 'Update',
    status: 'Allow',
    failureCode: '',
    timestamp: new Date(at).toISOString(),
  }));
  const fitting = events.filter(filter);
  const page = fitting.slice(start, start + limit);
  const hasMore = start + limit < fitting.length;
  const href = `${http.path}?queryId=catalog&start=${start + limit}&limit=${limit}`;
  const _links = hasMore ? { next: { href } } : {};
  return {
    status: 200,
    body: { _embedded: { events: page }, _page: { size: page.length, totalElements: fitting.length }, _links },
  };
}
