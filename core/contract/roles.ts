import { parseScope } from './scopes.ts';

/** To make audiences, and to have them used. */
const MARKETING = ['audience:write', 'destination:write', 'activate:*', 'content:write', 'content:publish'] as const;

/**
 * Sets of scopes for people who do the same work: what `client create --role` and the groups of a company's sign-in give. A
 * role is no more than its scopes: routes ask for scopes alone.
 */
export const ROLES = {
  viewer: {
    for: 'look at everything but the values of people',
    scopes: ['operate:read', 'profile:read:masked'],
  },
  analyst: {
    for: 'look at everything, people included',
    scopes: ['operate:read', 'profile:read'],
  },
  marketer: {
    for: 'make audiences, send them to destinations, and change what pages show',
    scopes: ['operate:read', 'profile:read:masked', ...MARKETING],
  },
  operator: {
    for: 'bring data in, connect destinations, and keep the stage running',
    scopes: ['operate:read', 'operate', 'profile:read:masked', 'ingest:*', 'schema:write', 'destination:write'],
  },
  admin: {
    for: 'govern, answer requests of people, and say who may call',
    scopes: [
      'operate:read',
      'operate',
      'profile:read:masked',
      ...MARKETING,
      'ingest:*',
      'schema:write',
      'govern',
      'privacy',
      'admin',
      'audit:read',
    ],
  },
} as const satisfies Readonly<Record<string, { readonly for: string; readonly scopes: readonly string[] }>>;
export type Role = keyof typeof ROLES;

/** As groups of sign-in have it, beside scopes: one role is called like a scope. */
const PREFIX = 'role:';

const roleIn = (text: string): Role | undefined => {
  const name = text.slice(PREFIX.length);
  return text.startsWith(PREFIX) && Object.hasOwn(ROLES, name) ? (name as Role) : undefined;
};

/** Whether something can be granted: a scope, or a role such as `role:viewer`. */
export const isGrantable = (text: string): boolean => roleIn(text) !== undefined || parseScope(text) !== undefined;

/** The scopes of what is granted, roles among it: each once. */
export function scopesGranted(granted: readonly string[]): string[] {
  const scopes = granted.flatMap((text): readonly string[] => {
    const role = roleIn(text);
    return role ? ROLES[role].scopes : [text];
  });
  return [...new Set(scopes)];
}
