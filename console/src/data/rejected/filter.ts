/** Which rejected records a page shows, as its address says it. */
export interface RejectedFilter {
  readonly dataset?: string;
  readonly batch?: string;
  readonly reason?: string;
}

const NAMES = ['dataset', 'batch', 'reason'] as const;

/** Reads what an address says; what is none is no filter. */
export const readRejectedFilter = (search: Readonly<Record<string, unknown>>): RejectedFilter =>
  Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = search[name];
      return typeof value === 'string' && /^[\w.-]{1,128}$/.test(value) ? [[name, value]] : [];
    }),
  );
