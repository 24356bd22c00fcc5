/**
 * What is known of a text: `claimed`, somebody was about to send it; `sent`; `rejected`, it was certainly not taken and may
 * be sent again; `unknown`, nobody knows; `notSent`, the vendor was asked and has not got it.
 */
export type TextState = 'claimed' | 'sent' | 'rejected' | 'unknown' | 'notSent';

export interface TextEntry {
  readonly state: TextState;
  /** Epoch ms at which it was claimed last. */
  readonly at: number;
}

export interface TextClaim {
  /** Of every number of the person: whoever was sent a text under one of them is not sent it under another. */
  readonly keys: readonly string[];
  /** Whose texts are counted: a hash of the number. */
  readonly person: string;
  /** `2026-01-31`, in the person's time. */
  readonly day: string;
  /** Most texts on that day. */
  readonly perDay: number;
  /** Epoch ms. */
  readonly at: number;
  /** Epoch ms from which on nothing has to be known of it any more: nothing that old is sent. */
  readonly expiresAt: number;
}

/** Which texts were sent. It is written before a text is, so that none is sent twice. */
export interface SentTexts {
  /** What is known under some keys: where it differs, what forbids most. */
  get(keys: readonly string[]): Promise<TextEntry | undefined>;
  /**
   * Claims all keys and counts the text, or does neither.
   * @returns `known` where one of them is taken, `capped` where the day has no text left
   */
  claim(claim: TextClaim): Promise<'claimed' | 'known' | 'capped'>;
  /** A claimed text was certainly not taken: it may be claimed again, and does not count. */
  reject(claim: TextClaim): Promise<void>;
  /**
   * What became of a text that was claimed, or is unknown. What is settled stays so.
   * @returns whether anything has changed
   */
  settle(keys: readonly string[], state: 'sent' | 'unknown' | 'notSent'): Promise<boolean>;
}

/** From which states a text may come into which. */
export const TEXT_TRANSITIONS: Readonly<Record<'sent' | 'unknown' | 'notSent' | 'rejected', readonly TextState[]>> = {
  sent: ['claimed', 'unknown', 'notSent'],
  unknown: ['claimed'],
  notSent: ['unknown'],
  rejected: ['claimed'],
};

const FORBIDS: readonly TextState[] = ['sent', 'unknown', 'claimed', 'notSent', 'rejected'];

/** Of several entries the one that forbids most. */
export const mostForbidding = (entries: readonly TextEntry[]): TextEntry | undefined =>
  [...entries].sort((a, b) => FORBIDS.indexOf(a.state) - FORBIDS.indexOf(b.state) || b.at - a.at)[0];
