import stringify from 'safe-stable-stringify';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { registryOf } from './resources.ts';

/** Versions that are looked back for. */
const MAX_VERSIONS = 10;

/** `GET /rpc/auditlog/{id}`: in which of the last versions a resource was changed, and by whom, newest first. */
export async function listChanges({ call, params, deps }: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  const found = registryOf(catalog).byId(params.id!);
  if (!found) return problem('schema-registry', 404, 'There is no resource of this id');
  const activations = await deps.definitions.history(MAX_VERSIONS + 1);
  const versions = await Promise.all(
    activations.map(async (activation) => {
      const definitions = await deps.definitions.of(activation.version);
      const resource = definitions && registryOf(definitions).byId(found.$id);
      return { activation, text: resource && stringify(resource.definition) };
    }),
  );
  const changes = versions.slice(0, MAX_VERSIONS).flatMap(({ activation, text }, i) => {
    const before = versions[i + 1];
    if (!before || before.text === text) return [];
    const { version, at, by = '', comment = '' } = activation;
    const action = before.text === undefined ? 'add' : 'replace';
    return {
      id: found.$id,
      updatedUser: by,
      imsOrg: call.headers['x-gw-ims-org-id'] ?? '',
      updatedTime: new Date(at).toISOString(),
      requestId: version,
      clientId: by,
      sandboxId: deps.stage,
      updates: [{ id: found.$id, xdmType: found.type, action, path: '', value: comment }],
    };
  });
  return { status: 200, body: changes };
}
