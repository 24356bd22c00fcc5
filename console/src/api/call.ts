import { texts } from '#console/texts/index.ts';
import { ApiError } from './api-error.ts';
import { session } from './session.ts';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Only if the thing is still as it was read: a changed one answers 412. */
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface Answer<T> {
  readonly data: T;
  readonly etag: string | undefined;
}

/**
 * Calls the API of the stage, on the host that served the console.
 * @throws {ApiError} where the answer is no success, or nothing answers
 */
export async function call<T>(path: string, { method = 'GET', body, ifMatch, signal }: Call = {}): Promise<Answer<T>> {
  const response = await fetch(path, {
    method,
    headers: {
      accept: 'application/json',
      ...session.headers(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, texts.errors.away);
  });
  const data = await readJson(response);
  if (response.ok) return { data: data as T, etag: response.headers.get('etag') ?? undefined };
  if (response.status === 401) session.end();
  throw asError(response, data);
}

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What answers that are no success may say, by family of the API. */
interface Problem {
  readonly title?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
}

/** What the API says, or where that cannot be read, what the status means. */
function asError(response: Response, data: unknown): ApiError {
  const problem = (typeof data === 'object' && data !== null ? data : {}) as Problem;
  const title = textOf(problem.title) ?? textOf(problem.message) ?? texts.errors.ofStatus(response.status);
  const requestId = response.headers.get('x-request-id') ?? undefined;
  return new ApiError(response.status, title, textOf(problem.detail), requestId);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
