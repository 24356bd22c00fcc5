import type { IdentityKey } from './identity.ts';

/**
 * A field from which a record has identities of a namespace: empty for the one that they usually come from, which is the
 * first that the schema names, or `identityMap` where it names none; else its pointer.
 */
export type IdentityField = string;

/** Identities that an update takes away: those that earlier records of its dataset had in a field that it clears. */
export interface ClearedIdentity {
  readonly namespace: string;
  readonly field: IdentityField;
}

/** From which fields a record has an identity, where that is not only the usual one of its namespace. */
export type FieldsOfIdentities = Readonly<Record<IdentityKey, readonly IdentityField[]>>;
