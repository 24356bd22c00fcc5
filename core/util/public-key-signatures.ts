/**
 * Signatures of tokens (JOSE's names) that a public key verifies. Public keys are everybody's, so none of them may be taken
 * for a secret (HS256 and its like), by which whoever knows the key could sign.
 */
export const PUBLIC_KEY_SIGNATURES = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
];
