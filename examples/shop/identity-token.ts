import { importJWK, type JWK, SignJWT } from 'jose';

/**
 * Signs who has logged in (docs/edge.md, "Whom a browser may claim to be"): with the private key that only the shop's server
 * has, for its datastream, for some minutes, and for this device only where it is known.
 */
export type SignIdentity = (crmId: string, ecid?: string) => Promise<string>;

export async function identitySigner(privateKey: JWK, datastreamId: string): Promise<SignIdentity> {
  const key = await importJWK(privateKey, 'EdDSA');
  return (crmId, ecid) =>
    new SignJWT({ identities: { CRMID: [crmId] }, ...(ecid !== undefined && { ecid }) })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setAudience(datastreamId)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(key);
}
