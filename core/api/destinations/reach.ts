import { changeCatalog } from '#core/catalog/change.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { measureReach } from '#core/catalog/reach/measure-reach.ts';
import type { HttpAnswer } from '../http.ts';
import { invalidDefinitions, problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { FAMILY } from './find.ts';

/** The destination as it shall be; as it is, where the body has none. */
export type ReachBody = { readonly definition?: Readonly<Record<string, unknown>> | undefined } | undefined;

/**
 * `POST /tributary/destinations/{id}/reach`: who of the members would be sent, and who would be excluded and why, before
 * anything is activated. People are counted, none is shown, and nothing is changed.
 */
export async function showReach(call: RouteCall<unknown, ReachBody>): Promise<HttpAnswer> {
  const { deps, params, body } = call;
  const id = params.id!;
  const { catalog } = await deps.definitions.active();
  const written = body?.definition;
  const known = catalog.destinations.find((one) => one.id === id);
  if (!written && !known) return problem(FAMILY, 404, 'There is no destination of this id: send its definition');
  // One that is off is asked about to be switched on.
  const value = { ...(written ?? known), id, enabled: true };
  const changed = changeCatalog(catalog, [{ kind: 'destinations', name: id, value }]);
  if (changed.problems) return invalidDefinitions(FAMILY, changed.problems);
  const { destinations, ...counted } = await measureReach(
    changed.catalog,
    compileCatalog(catalog),
    { ...deps.people, random: deps.random },
    deps.now(),
    [id],
  );
  const [reach] = destinations;
  if (!reach) return problem(FAMILY, 501, 'Of Audience Manager, which is told of devices, nobody is counted');
  return { status: 200, body: { ...counted, ...reach } };
}
