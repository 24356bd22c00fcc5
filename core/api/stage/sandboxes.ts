import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'sandboxes';

/** A stage is one sandbox, called as the stage is, and answers to whatever name callers are configured with. */
const sandboxOf = ({ deps, call }: RouteCall, since: number) => ({
  id: deps.stage,
  name: call.headers['x-sandbox-name'] ?? deps.stage,
  title: `Stage ${deps.stage}`,
  state: 'active',
  type: 'production',
  isDefault: true,
  eTag: 1,
  createdDate: new Date(since).toISOString(),
  lastModifiedDate: new Date(since).toISOString(),
  createdBy: 'tributary',
  modifiedBy: 'tributary',
});

const sinceOf = async ({ deps }: RouteCall): Promise<number> => (await deps.definitions.active()).activeSince ?? 0;

/** `GET /sandboxes` */
export async function listSandboxes(call: RouteCall): Promise<HttpAnswer> {
  const sandboxes = [sandboxOf(call, await sinceOf(call))];
  return { status: 200, body: { sandboxes, _page: { limit: 50, count: 1 }, _links: {} } };
}

/** `GET /sandboxes/{name}` */
export async function showSandbox(call: RouteCall): Promise<HttpAnswer> {
  const sandbox = sandboxOf(call, await sinceOf(call));
  if (![sandbox.name, sandbox.id].includes(call.params.name!))
    return problem(FAMILY, 404, 'There is no sandbox of this name');
  return { status: 200, body: sandbox };
}

/** `GET /sandboxTypes` */
export const listSandboxTypes = (): HttpAnswer => ({ status: 200, body: { sandboxTypes: ['production'] } });
