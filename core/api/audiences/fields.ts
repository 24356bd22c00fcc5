import { unionFields } from '#core/catalog/union-fields.ts';
import type { HttpAnswer } from '../http.ts';
import type { RouteCall } from '../management/route.ts';

/** `GET /tributary/audiences/rules/fields`: what a rule may read of profiles and events. */
export async function listFields({ deps }: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  return { status: 200, body: { fields: unionFields(catalog) } };
}
