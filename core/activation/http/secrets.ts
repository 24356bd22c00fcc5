/** The secret that a destination's requests are signed with. @throws Error if there is none for the outlet */
export type Secrets = (outletId: string) => Promise<string>;
