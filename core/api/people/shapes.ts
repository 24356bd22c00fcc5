import * as z from 'zod';

/** The shapes of answers about people who are looked at by their reference. */

const instant = z.iso.datetime();
const identity = z.object({ namespace: z.string(), value: z.string().optional() });
const namedIdentity = identity.extend({ id: z.string() });
const named = z.object({ id: z.string(), name: z.string() });
const labels = z.array(z.string());
/** A value that the caller may see; or that there is one. */
const seen = { value: z.unknown().optional(), isMasked: z.literal(true).optional(), labels };
const path = z.array(z.string());
const asOf = instant;

const attribute = z.object({ path, ...seen, dataset: z.string(), identity: namedIdentity, recordedAt: instant });

export const searchAnswer = z.object({
  profiles: z.array(z.object({ reference: z.string(), identity, identities: z.int() })),
});

export const membersAnswer = z.object({
  audience: named,
  asOf,
  profiles: z.array(
    z.object({ reference: z.string(), identity, since: instant, fields: z.array(z.object({ path, ...seen })) }),
  ),
  isComplete: z.boolean(),
});

export const summaryAnswer = z.object({
  reference: z.string(),
  identity,
  identities: z.array(namedIdentity),
  mergePolicy: named,
  optedOut: z.boolean(),
  datasets: z.array(z.string()),
  lastModifiedAt: instant,
  asOf,
  values: z.enum(['all', 'some', 'masked']),
});

export const attributesAnswer = z.object({ mergePolicy: named, asOf, attributes: z.array(attribute) });
export const consentsAnswer = z.object({ optedOut: z.boolean(), asOf, consents: z.array(attribute) });

export const timelineAnswer = z.object({
  events: z.array(
    z.object({
      id: z.string(),
      time: instant,
      receivedAt: instant,
      dataset: z.string(),
      identity: namedIdentity,
      type: z.string().optional(),
      expiresAt: instant.optional(),
      event: z.looseObject({}).optional(),
      isMasked: z.literal(true).optional(),
    }),
  ),
  next: z.string().optional(),
  asOf,
});

const method = z.string();
const status = z.enum(['realized', 'exited', 'none']);

export const audiencesAnswer = z.object({
  asOf,
  optedOut: z.boolean(),
  audiences: z.array(
    named.extend({
      description: z.string().optional(),
      status,
      since: instant.optional(),
      changesAt: instant.optional(),
      method: method.optional(),
    }),
  ),
  omitted: z.int(),
});

const part = z.object({
  kind: z.enum(['and', 'or', 'not', 'condition']),
  text: z.string(),
  isTrue: z.boolean(),
  changesAt: instant.optional(),
  /** Of the same shape. */
  parts: z.array(z.looseObject({})),
  values: z.array(z.object({ path: z.string(), ...seen })).optional(),
  events: z
    .object({ count: z.int(), newest: z.array(z.object({ time: instant, type: z.string().optional() })) })
    .optional(),
});

export const explanationAnswer = z.object({
  audience: named,
  asOf,
  method,
  isMember: z.boolean(),
  optedOut: z.boolean(),
  evaluated: z.object({ status: z.enum(['realized', 'exited']), since: instant }).optional(),
  rule: part,
});

const link = { firstSeen: instant, lastSeen: instant, datasets: z.array(z.string()) };

export const graphAnswer = z.object({
  asOf,
  profile: z.string().optional(),
  limit: z.int().optional(),
  nodes: z.array(
    namedIdentity.extend({
      kind: z.string(),
      rank: z.int(),
      firstSeen: instant.optional(),
      lastSeen: instant.optional(),
      datasets: z.array(z.string()),
      links: z.int(),
    }),
  ),
  links: z.array(z.object({ a: z.string(), b: z.string(), ...link })),
  removed: z.array(
    z.object({
      a: namedIdentity,
      b: namedIdentity,
      at: instant,
      why: z.enum(['unique-namespace', 'limit', 'withdrawn', 'cleared']),
      isBack: z.boolean(),
      unlinking: z.object({ who: z.string(), reason: z.string() }).optional(),
    }),
  ),
});

const delivery = named.extend({
  type: z.string(),
  state: z.enum(['on', 'off']),
  optedOut: z.boolean(),
  isHeld: z.boolean(),
  unsent: z.int(),
  acceptedIdentities: z.array(namedIdentity).optional(),
  missingAttributes: z.array(z.string()),
  omitted: z.int(),
  audiences: z.array(
    named.extend({
      outcome: z.enum(['routed', 'toRoute', 'excluded', 'notMember', 'removed', 'toRemove']),
      status: z.enum(['realized', 'exited']).optional(),
      since: instant.optional(),
      reasons: z.array(z.string()),
      routed: z.array(
        z.object({
          identity: namedIdentity,
          status: z.enum(['realized', 'exited']),
          at: instant.optional(),
          routes: z.array(z.string()).optional(),
        }),
      ),
    }),
  ),
});

export const deliveriesAnswer = z.object({ asOf, destinations: z.array(delivery) });
export const deliveryAnswer = delivery.extend({ asOf });

export const unlinkAnswer = z.object({
  isDone: z.boolean(),
  profiles: z.array(
    z.object({ identities: z.array(namedIdentity), entered: z.array(z.string()), left: z.array(z.string()) }),
  ),
  destinations: z.array(z.object({ id: z.string(), added: z.int(), removed: z.int() })),
  stillLinkedBy: z.array(z.object({ a: namedIdentity, b: namedIdentity })),
});

const jobStatus = z.enum(['processing', 'complete']);

export const openedJobsAnswer = z.object({
  requestId: z.string(),
  totalRecords: z.int(),
  jobs: z.array(
    z.object({
      jobId: z.string(),
      customer: z.object({ user: z.object({ key: z.string(), action: z.array(z.string()) }) }),
    }),
  ),
});
export const jobListAnswer = z.object({
  jobDetails: z.array(z.object({ jobId: z.string(), action: z.string(), status: jobStatus, createdDate: instant })),
  totalRecords: z.int(),
});
export const jobAnswer = z.object({
  jobId: z.string(),
  userKey: z.string(),
  action: z.enum(['access', 'delete']),
  regulation: z.string(),
  createdDate: instant,
  status: jobStatus,
  /** Of a deletion: how many people were found. */
  people: z.int().optional(),
  downloadURL: z.string().optional(),
  receipts: z.array(z.looseObject({ signature: z.string() })),
});
export const jobDataAnswer = z.object({ jobId: z.string(), people: z.array(z.looseObject({})) });
