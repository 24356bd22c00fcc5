import { ANYBODY } from '#tests/harness/management/management.ts';

/** What people of a company may do, from those who look to those who decide. */
export const ROLES = {
  viewer: ['operate'],
  analyst: ['operate', 'profile:read'],
  marketer: ['operate', 'profile:read', 'audience:write', 'destination:write', 'activate:*', 'content:write'],
  operator: ['operate', 'profile:read', 'destination:write', 'activate:*', 'schema:write', 'ingest:*'],
  admin: ANYBODY.scopes,
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Role = keyof typeof ROLES;
