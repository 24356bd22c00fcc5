import * as z from 'zod';
import { isGrantable } from './roles.ts';

/** Who of a company may call: people whom one of its issuers has signed in (OpenID Connect), by the groups that it names. */

const MAX_ISSUERS = 5;

const scope = z
  .string()
  .refine(
    isGrantable,
    'a scope such as "audience:write", "ingest:*" or "activate:webhook", or a role such as "role:viewer"',
  );

const issuer = z.strictObject({
  /** As it stands in `iss` of its tokens; its keys are found from there. */
  issuer: z.url({
    protocol: /^https?$/,
    error: 'the address of an issuer, as it stands in its tokens: https://login.example.com/tenant',
  }),
  /** What `aud` of its tokens has to name. */
  audience: z.string().min(1).max(500),
  /** Where its keys are (JWKS), if its discovery document does not say it. */
  jwksUri: z.url({ protocol: /^https?$/ }).optional(),
  /** The claim with the groups of the person. */
  groupsClaim: z.string().min(1).max(100).default('groups'),
  /** Group → what its members may do: scopes, and roles such as `role:viewer`. */
  groups: z.record(z.string().min(1).max(200), z.array(scope).min(1).max(50)),
});

export const signInSettings = z.array(issuer).max(MAX_ISSUERS);
export type IssuerSettings = z.output<typeof issuer>;
