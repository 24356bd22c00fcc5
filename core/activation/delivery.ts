import { z } from 'zod';

/** What the router puts on a queue and a destination function takes off it: one profile's changes for one delivery lane. */

const identity = z.strictObject({ namespace: z.string(), value: z.string() });

export const membershipChange = z.strictObject({
  segmentId: z.string(),
  status: z.enum(['realized', 'exited']),
  /** Epoch ms at which the status became true. */
  lastQualificationTime: z.number(),
  /** Was a member before the destination could be told: what aep.md §1.4 calls `existing`, and folds into `realized`. */
  existing: z.literal(true).optional(),
  /**
   * What made somebody a member, where the membership has just begun and the destination never heard of it. Without it
   * the change may be a backfill, a renewal, an update or a repetition.
   */
  entry: z.strictObject({ by: z.enum(['data', 'time']), at: z.number() }).optional(),
});
export type MembershipChange = z.output<typeof membershipChange>;

const deliveryBase = {
  destinationId: z.string(),
  /** Of the profile item it was decided for. */
  canonicalKey: z.string(),
  /**
   * What is told later about an identity has the larger revision. Files and retries are put in order by it.
   */
  revision: z.number(),
  /** Epoch ms at which the router decided. */
  decidedAt: z.number(),
  changes: z.array(membershipChange).min(1),
};

/** `http` and `s3-file`: a person with the identities and attributes the destination may have. */
export const profileDelivery = z.strictObject({
  ...deliveryBase,
  kind: z.literal('profile'),
  identities: z.array(identity).min(1),
  attributes: z.record(z.string(), z.unknown()),
  /** Id of the request to delete the person: the vendor is asked to delete them, whatever the changes. */
  deletion: z.string().optional(),
});
export type ProfileDelivery = z.output<typeof profileDelivery>;

/** `aam-edge`: one device at one region, and the identities of the person that ride along. */
export const edgeDelivery = z.strictObject({
  ...deliveryBase,
  kind: z.literal('aam-edge'),
  region: z.strictObject({ id: z.int(), host: z.string() }),
  device: identity,
  personIdentities: z.array(identity),
});
export type EdgeDelivery = z.output<typeof edgeDelivery>;

/** `aam-hub`: identities whose rows go into the next files. */
export const hubDelivery = z.strictObject({
  ...deliveryBase,
  kind: z.literal('aam-hub'),
  identities: z.array(identity).min(1),
});
export type HubDelivery = z.output<typeof hubDelivery>;

export const delivery = z.discriminatedUnion('kind', [profileDelivery, edgeDelivery, hubDelivery]);
export type Delivery = z.output<typeof delivery>;
