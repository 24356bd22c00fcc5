import {
  mostForbidding,
  type SentTexts,
  TEXT_TRANSITIONS,
  type TextClaim,
  type TextEntry,
  type TextState,
} from '#core/activation/ports/sent-texts.ts';
import { isGone, type TimeToLive } from './time-to-live.ts';

interface Kept extends TextEntry {
  readonly expiresAt: number;
}

/** Which texts were sent, in memory, with the same conditions as the table has. */
export class MemorySentTexts implements SentTexts {
  readonly #texts = new Map<string, Kept>();
  readonly #days = new Map<string, number>();
  readonly #ttl: TimeToLive | undefined;

  /** @param ttl whether entries ever go */
  constructor(ttl?: TimeToLive) {
    this.#ttl = ttl;
  }

  async get(keys: readonly string[]): Promise<TextEntry | undefined> {
    const found = mostForbidding(keys.flatMap((key) => this.#at(key) ?? []));
    return found && { state: found.state, at: found.at };
  }

  async claim({ keys, person, day, perDay, at, expiresAt }: TextClaim): Promise<'claimed' | 'known' | 'capped'> {
    if (keys.some((key) => (this.#at(key)?.state ?? 'rejected') !== 'rejected')) return 'known';
    const count = this.#days.get(`${person}#${day}`) ?? 0;
    if (count >= perDay) return 'capped';
    this.#days.set(`${person}#${day}`, count + 1);
    for (const key of keys) this.#texts.set(key, { state: 'claimed', at, expiresAt });
    return 'claimed';
  }

  async reject({ keys, person, day }: TextClaim): Promise<void> {
    if (!this.#move(keys, 'rejected')) return;
    this.#days.set(`${person}#${day}`, (this.#days.get(`${person}#${day}`) ?? 1) - 1);
  }

  async settle(keys: readonly string[], state: 'sent' | 'unknown' | 'notSent'): Promise<boolean> {
    return this.#move(keys, state);
  }

  #move(keys: readonly string[], state: Exclude<TextState, 'claimed'>): boolean {
    let isMoved = false;
    for (const key of keys) {
      const known = this.#at(key);
      if (!known || !TEXT_TRANSITIONS[state].includes(known.state)) continue;
      this.#texts.set(key, { ...known, state });
      isMoved = true;
    }
    return isMoved;
  }

  #at(key: string): Kept | undefined {
    const kept = this.#texts.get(key);
    return kept && !isGone(kept.expiresAt, this.#ttl) ? kept : undefined;
  }
}
