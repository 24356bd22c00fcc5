import type { NormalForms } from '#core/identity/normal-form.ts';
import type { ConsentPolicyDefinition } from './definition.ts';

/** The decisions of a catalog about what may be sent, ready for use. */
export interface Governance {
  /** Destination id → segment id → the policy that forbids it. */
  readonly forbidden: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Destination id → the consent policies that match it. */
  readonly consents: ReadonlyMap<string, readonly ConsentPolicyDefinition[]>;
  /** How the identities that are named in consents are compared. */
  readonly normalForms: NormalForms;
  /** Changes with every decision that may be another, so that everybody is decided about again. */
  readonly fingerprint: string;
}
