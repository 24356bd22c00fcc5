/** The secret of an outlet, as it is stored. @throws Error if there is none for the outlet */
export type Secrets = (outletId: string) => Promise<string>;
