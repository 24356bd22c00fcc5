/** One mistake in what was sent. */
export interface Mistake {
  /** JSON pointer into the body, or the name of a parameter. */
  readonly pointer?: string;
  readonly message: string;
  readonly hint?: string;
  /** Which definition it is in, where several were sent. */
  readonly definition?: string;
}

interface Said {
  /** In a few words; undefined where the answer has none. */
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly mistakes?: readonly Mistake[];
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** An answer of the API that is not what was asked for, or none at all. */
export class ApiError extends Error {
  /** 0 where nothing answered. */
  readonly status: number;
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly mistakes: readonly Mistake[];
  readonly requestId: string | undefined;

  constructor(status: number, { title, detail, mistakes = [], requestId, cause }: Said = {}) {
    const what = title ?? (status === 0 ? 'Nothing answers' : `The API answered ${status}`);
    super(detail === undefined ? what : `${what}: ${detail}`, { cause });
    this.name = 'ApiError';
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.mistakes = mistakes;
    this.requestId = requestId;
  }
}

/** What an answer says that is no success; families of the API say it in different members. */
export function errorOf(response: Response, body: unknown): ApiError {
  const said = membersOf(body);
  const report = membersOf(said.report);
  return new ApiError(response.status, {
    title: textOf(said.title) ?? textOf(said.message),
    detail: textOf(said.detail),
    mistakes: Array.isArray(report['sub-errors']) ? report['sub-errors'].filter(isMistake) : [],
    requestId: response.headers.get('x-request-id') ?? undefined,
  });
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const isMistake = (value: unknown): value is Mistake => typeof membersOf(value).message === 'string';
