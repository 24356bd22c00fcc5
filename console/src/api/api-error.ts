/** An answer of the API that is not what was asked for, or none at all. */
export class ApiError extends Error {
  /** 0 where nothing answered. */
  readonly status: number;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, title: string, detail?: string, requestId?: string) {
    super(title);
    this.status = status;
    this.detail = detail;
    this.requestId = requestId;
  }
}
