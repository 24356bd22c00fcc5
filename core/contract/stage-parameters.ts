/** Where a deployed stage says, in SSM, what its resources are called. The CLI finds everything through these. */
export const STAGE_PARAMETERS = [
  'collection-stream',
  /** Where records are posted: followed by `/collection/{connectionId}`; may end in a slash */
  'collection-url',
  /** Where Web SDKs call: followed by `/ee/v1/interact`; may end in a slash */
  'edge-url',
  'texts-url',
  /** ARN of the topic that AWS End User Messaging SMS publishes on; `none` where the stage has none */
  'text-events-topic',
  /** AEP's batch API: followed by `/batches` */
  'batch-url',
  /** Definitions and operation of the stage: followed by `/data/foundation/…`; may end in a slash */
  'management-url',
  /** Where clients ask for tokens: followed by `/ims/token/v3`; may end in a slash */
  'token-url',
  /** Where profiles are read with a token: followed by `/ups/access/entities`; may end in a slash */
  'profiles-url',
  'rejected-url',
  /** Where profiles are looked at, by signed requests: followed by `/ups/access/entities`; may end in a slash */
  'access-url',
  /** Where credentials of destinations are put away and tried: followed by `/tributary/destinations/…` */
  'destinations-url',
  'landing-bucket',
  'lake-bucket',
  'quarantine-bucket',
  'exports-bucket',
  'catalog-bucket',
  'profiles-table',
  'timeline-table',
  'memberships-table',
  'edge-profiles-table',
  'operations-table',
  'audit-table',
  /** ARN of the secret that identities in audit records are hashed with */
  'audit-secret',
  /** JSON: delivery lane id → queue URL */
  'destination-queues',
  /** JSON: how many lanes the pool has (`lanes`), URLs of the first queue (`queue`), its dead letters (`deadLetters`), of files (`files`, `filesDeadLetters`) */
  'lane-pool',
  /** URL of the queue of batches that are to be taken back */
  'reverts-queue',
  /** JSON: delivery lane id → URL of its dead-letter queue; also `landing`, `validation`, `chunks`, `reverts`, `evaluation`, `expiry`, `deletion`, `compaction`, `late` */
  'dead-letter-queues',
  /** JSON: function name → deployed function's name */
  'functions',
  /** ARN of the secret that receipts of deletions are signed with */
  'receipt-secret',
  /** ARN of the secret that suppressed identities are hashed with */
  'suppression-secret',
  /** ARN of the secret with the key that tokens are signed with */
  'token-key-secret',
  /** JSON: delivery lane id → ARN of the secret */
  'destination-secrets',
] as const;

export type StageParameter = (typeof STAGE_PARAMETERS)[number];

/** Where the parameters of a stage lie in SSM. */
export const parameterPath = (stage: string): string => `/tributary/${stage}`;
/** The parameter that holds one of them. */
export const parameterName = (stage: string, handle: StageParameter): string => `${parameterPath(stage)}/${handle}`;
