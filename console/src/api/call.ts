import {
  type Answer,
  type AnswerOf,
  ApiError,
  type Call,
  createClient,
  type Route,
  type UntypedCall,
} from '#client/client.ts';
import { texts } from '#console/texts/index.ts';
import { session } from './session.ts';

export type { Answer } from '#client/client.ts';

/** Addresses that the description of the host does not have. */
export interface PlainCall extends Omit<UntypedCall, 'path' | 'query'> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
}

const client = createClient({
  url: '',
  token: () => session.current()?.token,
  // Read at each call: tests put another in its place.
  fetch: (...request) => fetch(...request),
});

/**
 * Calls the API of the stage, on the host that served the console: `call('GET /data/core/ups/audiences/{id}', { path: { id } })`.
 * Routes that the description does not have are called by their address, and the caller says what they answer.
 * @throws {ApiError} where the answer is no success, or nothing answers
 */
export function call<R extends Route>(
  route: R,
  ...given: object extends Call<R> ? [call?: Call<R>] : [call: Call<R>]
): Promise<Answer<AnswerOf<R>>>;
export function call<T>(address: `/${string}`, call?: PlainCall): Promise<Answer<T>>;
export async function call(place: Route | `/${string}`, given: PlainCall = {}): Promise<Answer<unknown>> {
  const { method = 'GET', ...rest } = given;
  const route = place.startsWith('/') ? `${method} ${place}` : place;
  try {
    return await client.send(route as Route, rest);
  } catch (error) {
    throw inWords(error);
  }
}

/** What the API says stands as it is; where it says nothing, the status is told. */
function inWords(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.status === 401) session.end();
  if (error.title !== undefined) return error;
  const { status, detail, mistakes, requestId, cause } = error;
  const title = status === 0 ? texts.errors.away : texts.errors.ofStatus(status);
  return new ApiError(status, { title, detail, mistakes, requestId, cause });
}
