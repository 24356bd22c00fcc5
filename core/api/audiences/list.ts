import { definitionsByName } from '#core/catalog/definition-changes.ts';
import { writtenValue } from '#core/catalog/write-definitions.ts';
import type { HttpAnswer } from '../http.ts';
import { tagOf } from '../management/edit.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { lastChanges } from './history.ts';
import { describeAudiences } from './present.ts';

/** `GET /tributary/audiences`: all of them, with method and why, what they hang on, and who changed them last. */
export async function listAudiences(call: RouteCall): Promise<HttpAnswer> {
  const [{ version, catalog }, changes] = await Promise.all([call.deps.definitions.active(), lastChanges(call)]);
  return { status: 200, body: { version, audiences: describeAudiences(catalog, changes) } };
}

/** `GET /tributary/audiences/{id}`: the same of one, and its definition with the tag under which it may be changed. */
export async function showAudience(call: RouteCall): Promise<HttpAnswer> {
  const id = call.params.id!;
  const [{ version, catalog }, changes] = await Promise.all([call.deps.definitions.active(), lastChanges(call)]);
  const found = definitionsByName(catalog).get(`segments/${id}`);
  if (!found) return problem('audiences', 404, 'There is no audience of this id');
  const one = describeAudiences({ ...catalog }, changes).find((shown) => (shown as { id: string }).id === id)!;
  const definition = writtenValue(found);
  return { status: 200, headers: { etag: tagOf(definition) }, body: { version, ...one, definition } };
}
