/** What is stored of the tokens of a destination: sealed text, and who is fetching a new one. */
export interface StoredTokens {
  /** Raised by every writing. 0: there is nothing yet. */
  readonly version: number;
  /** See `core/activation/http/sealed.ts`. */
  readonly sealed?: string;
  /** Epoch ms until which somebody is fetching a new one. */
  readonly claimedUntil?: number;
}

/** Tokens of destinations, shared by all functions. */
export interface TokenStore {
  get(destinationId: string): Promise<StoredTokens>;
  /**
   * Lets one function fetch a new token, unless somebody has written since that version or is at it.
   * @param until epoch ms at which whoever was let is given up
   * @returns whether the caller may
   */
  claim(destinationId: string, version: number, until: number): Promise<boolean>;
  /** Writes a token, and ends the claim. @returns false where somebody has written since that version */
  put(destinationId: string, version: number, sealed: string): Promise<boolean>;
  /** Ends a claim without a token. */
  release(destinationId: string, version: number): Promise<void>;
}
