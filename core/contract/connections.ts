/**
 * Connections are the destinations that a stage is prepared to deliver to: each has its own queue, dead-letter queue,
 * function mapping, concurrency limit and alarms. The catalog's destinations refer to them by id.
 */
export const CONNECTION_TYPES = ['http', 's3-file', 'aam'] as const;
export type ConnectionType = (typeof CONNECTION_TYPES)[number];

/** Types that are told about people, and which function tells them: in requests, or in files. */
export const TOLD_BY = { http: 'http', 's3-file': 's3-file' } as const satisfies Record<
  Exclude<ConnectionType, 'aam'>,
  'http' | 's3-file'
>;

/** A way out of the platform: one queue and one function mapping. Audience Manager has two, its edge and its hub. */
export type OutletType = 'http' | 's3-file' | 'aam-edge' | 'aam-hub';

export interface Outlet {
  /** The key of the queue in `DESTINATION_QUEUES`: the connection's id, for Audience Manager with `.edge` or `.hub`. */
  readonly id: string;
  readonly connectionId: string;
  readonly type: OutletType;
  /** Whether the queue keeps the order of one profile's messages; files carry revisions instead. */
  readonly ordered: boolean;
}

export const edgeOutletId = (connectionId: string): string => `${connectionId}.edge`;
export const hubOutletId = (connectionId: string): string => `${connectionId}.hub`;

/** The outlets of a connection. */
export function outletsOf(connection: { readonly id: string; readonly type: ConnectionType }): Outlet[] {
  const { id, type } = connection;
  if (type !== 'aam') {
    const told = TOLD_BY[type];
    return [{ id, connectionId: id, type: told, ordered: told === 'http' }];
  }
  return [
    { id: edgeOutletId(id), connectionId: id, type: 'aam-edge', ordered: true },
    { id: hubOutletId(id), connectionId: id, type: 'aam-hub', ordered: false },
  ];
}
