/** An identity is a value in a namespace; its key is how it is written everywhere: `ECID:0123…`, `CRMID:C00001`. */
export interface Identity {
  readonly namespace: string;
  readonly value: string;
}

/** `namespace:value`. Namespace codes have no colon, values may. */
export type IdentityKey = string;

/** An identity as one text, by which it is stored and compared: `namespace:value`. */
export const identityKey = (identity: Identity): IdentityKey => `${identity.namespace}:${identity.value}`;

/** The namespace of an identity key; no code of a namespace has a colon. */
export const namespaceOf = (key: IdentityKey): string => key.slice(0, key.indexOf(':'));

/** Inverse of {@link identityKey}. */
export function parseIdentityKey(key: IdentityKey): Identity {
  const colon = key.indexOf(':');
  return { namespace: key.slice(0, colon), value: key.slice(colon + 1) };
}
