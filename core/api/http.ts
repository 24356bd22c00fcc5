/** A request as the functions behind HTTP see it; the same behind an HTTP API and a function URL. */
export interface HttpCall {
  readonly method: string;
  /** Scheme and host that AWS has given the address. */
  readonly origin: string;
  /** Decoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The query as it was written: parameters that are given several times stand several times in it. */
  readonly rawQuery: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The caller's address, where it is known. */
  readonly sourceIp?: string | undefined;
  /** The ARN of whoever's signature AWS has verified; of signed requests only. */
  readonly signedBy?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As `Set-Cookie` has them, one each. */
  readonly cookies?: readonly string[];
  /** Becomes JSON, unless it is text already. */
  readonly body?: object | string;
  /** Bytes, in place of a body. */
  readonly file?: Uint8Array;
}
