/** The secret of a delivery lane, as it is stored. @throws Error if there is none for the delivery lane */
export type Secrets = (laneId: string) => Promise<string>;
