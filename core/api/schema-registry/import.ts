import type { HttpAnswer } from '../http.ts';
import { editDefinitions, isAnswer } from '../management/edit.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { formOf, present } from './present.ts';
import { type ResourceType, registryOf } from './resources.ts';
import { changeTo, written } from './write.ts';

const FAMILY = 'schema-registry';
type Body = Readonly<Record<string, unknown>>;

/** `POST /rpc/import`: resources as they were exported, all or none of them. Those that are there already are replaced. */
export async function importResources(bodies: readonly Body[], call: RouteCall): Promise<HttpAnswer> {
  const nameless = bodies.findIndex(({ $id }) => typeof $id !== 'string');
  if (nameless >= 0) return problem(FAMILY, 400, `body/${nameless}: "$id" is missing`);
  const edited = await editDefinitions(call, FAMILY, (active) => {
    const registry = registryOf(active.catalog);
    return bodies.map((body) => {
      const $id = body.$id as string;
      return changeTo(typeOf(body), $id, { ...written(body), $id }, registry, active);
    });
  });
  if (isAnswer(edited)) return edited;
  const registry = registryOf(edited.active.catalog);
  const form = { ...formOf(call.call, 'whole'), shown: 'whole' as const, isFull: false };
  const found = bodies.flatMap(({ $id }) => registry.byId($id as string) ?? []);
  const org = call.call.headers['x-gw-ims-org-id'] ?? '';
  return { status: 200, body: found.map((one) => present(one, registry, form, org)) };
}

function typeOf(body: Body): ResourceType {
  const type = body['meta:resourceType'];
  if (type === 'mixins' || type === 'fieldgroups') return 'fieldgroups';
  if (type === 'classes' || type === 'datatypes' || type === 'schemas') return type;
  return 'meta:class' in body ? 'schemas' : 'fieldgroups';
}
