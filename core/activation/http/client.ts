import type { HttpOutcome } from '#core/activation/error-class.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the start of the request to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Whether it may do harm if it arrives twice: it goes on a connection of its own, and is never repeated. */
  readonly once?: boolean;
  /** How much of the answer is read. @default 64 KB */
  readonly maxAnswerBytes?: number;
}

/** Makes one request. Follows no redirect, repeats nothing, and never throws: what went wrong is in the outcome. */
export type HttpClient = (request: HttpRequest) => Promise<HttpOutcome>;
