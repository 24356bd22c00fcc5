import { HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';
import type { World } from '../deliver/run-calls.ts';
import type { MembershipChange, ProfileDelivery } from '../delivery.ts';
import type { ItemResult, TextRow } from '../destination-type.ts';
import { combined, DELIVERED, failed } from '../item-results.ts';
import type { SentTexts, TextClaim, TextEntry } from '../ports/sent-texts.ts';
import { OPTED_OUT } from './outcome.ts';
import { dayOf, quietUntil } from './quiet-hours.ts';
import { numbersOf, personKey, textKey } from './rows.ts';
import { TEXTS_KEPT_MS, type TextDestination, tellableUntil, timeZoneOf } from './settings.ts';
import type { StillWanted } from './still-wanted.ts';

/** Why a text waits: it is night, or nobody knows yet what became of it. */
export const QUIET_HOURS = 'quiet-hours';
export const OUTCOME_UNKNOWN = 'outcome-unknown';

/** What sending texts needs besides what all requests do. */
export interface TextPorts {
  readonly sent: SentTexts;
  readonly stillWanted: StillWanted;
  /** Makes a record of the consent that somebody has withdrawn. */
  readonly recordOptOut: (destinationId: string, number: string, at: number) => Promise<void>;
}

export interface TextWorld extends World {
  readonly texts: TextPorts;
  /** Told once of every text of which nobody knows whether it was taken. */
  readonly onUnknown?: ((destinationId: string) => void) | undefined;
  readonly logFailure: (error: unknown, fields: { readonly destinationId: string }) => void;
}

/** A function that has claimed a text has ended by then, one way or the other. */
const CLAIM_MS = 2 * MINUTE_MS;
/** How long a vendor may take until it lists a text, how often it is asked, and for how long at most. */
const LISTED_AFTER_MS = 10 * MINUTE_MS;
const ASK_AGAIN_MS = 2 * MINUTE_MS;
const ASK_FOR_MS = HOUR_MS;

/**
 * Sends texts to people, each at most once: it is written down before the request that it is sent. What is rejected for
 * certain may be sent again; what nobody knows is not, but reported, and the vendor is asked for it where that can be.
 * @returns what became of each delivery, in order
 */
export async function sendTexts(deliveries: readonly ProfileDelivery[], world: TextWorld): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  for (const delivery of deliveries) {
    const entries = delivery.changes.filter(({ status }) => status === 'realized');
    const own: ItemResult[] = [];
    for (const change of entries) own.push(await new Text(delivery, change, world).send());
    results.push(combined(own));
  }
  return results;
}

class Text {
  readonly #delivery: ProfileDelivery;
  readonly #change: MembershipChange;
  readonly #world: TextWorld;
  readonly #destination: TextDestination;
  readonly #numbers: readonly string[];
  readonly #keys: readonly string[];

  constructor(delivery: ProfileDelivery, change: MembershipChange, world: TextWorld) {
    this.#delivery = delivery;
    this.#change = change;
    this.#world = world;
    this.#destination = world.destination as unknown as TextDestination;
    this.#numbers = numbersOf(delivery);
    this.#keys = this.#numbers.map((number) => textKey(number, change));
  }

  async send(): Promise<ItemResult> {
    const row = this.#row();
    if ('delivered' in row) return row;
    const { texts, now, turns } = this.#world;
    const known = await texts.sent.get(this.#keys);
    if (known && known.state !== 'rejected') return this.#known(known, row);
    const zone = timeZoneOf(this.#destination, this.#delivery.attributes);
    if (now() > tellableUntil(this.#change.entry!.at, this.#destination, zone)) return failed('skip', 'tooLate');
    const until = quietUntil(now(), this.#destination.quietHours, zone);
    if (until !== undefined) return { ...failed('wait', QUIET_HOURS), until };
    const held = await turns.next();
    if (held) return held;
    const unwanted = await texts.stillWanted(this.#delivery, this.#change, row.to);
    if (unwanted !== undefined) return this.#unsent(failed('skip', unwanted));
    const claim: TextClaim = {
      keys: this.#keys,
      person: personKey(row.to),
      day: dayOf(now(), zone),
      perDay: this.#destination.perDay,
      at: now(),
      expiresAt: now() + TEXTS_KEPT_MS,
    };
    switch (await texts.sent.claim(claim)) {
      case 'capped':
        return this.#unsent(failed('skip', 'perDay'));
      case 'known':
        return this.#unsent({ ...failed('wait', OUTCOME_UNKNOWN), until: now() + CLAIM_MS });
      case 'claimed':
        return this.#request(row, claim);
    }
  }

  /** The text, or why there is none. */
  #row(): TextRow | Extract<ItemResult, { delivered: false }> {
    const { type, context, destination } = this.#world;
    const { entry } = this.#change;
    if (!entry) return failed('skip', 'notAnEntry');
    if (entry.by === 'time' && !this.#destination.timedEntries) return failed('skip', 'enteredByTime');
    const made = type.rows({ ...this.#delivery, changes: [this.#change] }, destination, context);
    if ('delivered' in made) return made;
    return (made[0]?.row as TextRow | undefined) ?? failed('skip', 'noTemplate');
  }

  #unsent(result: ItemResult): ItemResult {
    this.#world.turns.giveBack();
    return result;
  }

  async #request(row: TextRow, claim: TextClaim): Promise<ItemResult> {
    const { type, context, destination, exchange, turns, texts } = this.#world;
    const request = type.request(null, [row], destination, context);
    const outcome = await exchange(request, this.#world);
    // No request was made.
    if (!('kind' in outcome)) {
      await texts.sent.reject(claim);
      return outcome;
    }
    const answer = type.answer(outcome, [row], null, destination);
    const result = answer.kind === 'all' ? answer.result : failed('unknown', OUTCOME_UNKNOWN);
    turns.note(outcome, [result]);
    if (result.delivered) return this.#settled('sent', result);
    if (result.errorClass === 'unknown') return this.#unknown(claim.at);
    await texts.sent.reject(claim);
    if (result.reason === OPTED_OUT) return this.#optedOut(row, result);
    return result;
  }

  async #optedOut({ to }: TextRow, rejected: ItemResult): Promise<ItemResult> {
    const { texts, destination, now, logFailure } = this.#world;
    try {
      await texts.recordOptOut(destination.id, to, now());
      return rejected;
    } catch (error) {
      logFailure(error, { destinationId: destination.id });
      return failed('retry', 'opt-out-not-recorded');
    }
  }

  /** What is settled in the sent stays what it is when that can't be written: then it counts as unknown later. */
  async #settled(state: 'sent' | 'notSent', result: ItemResult): Promise<ItemResult> {
    const { texts, destination, logFailure } = this.#world;
    try {
      await texts.sent.settle(this.#keys, state);
    } catch (error) {
      logFailure(error, { destinationId: destination.id });
    }
    return result;
  }

  /** Nobody knows whether it was taken. @param at epoch ms at which it was sent, if it was */
  async #unknown(at: number): Promise<ItemResult> {
    const { texts, onUnknown, destination, type, now } = this.#world;
    if (await texts.sent.settle(this.#keys, 'unknown')) onUnknown?.(destination.id);
    if (!type.texts!.find) return failed('unknown', OUTCOME_UNKNOWN);
    return { ...failed('wait', OUTCOME_UNKNOWN), until: Math.max(at + ASK_AGAIN_MS, now()) };
  }

  /** What a text comes to that is in the sent already. */
  async #known({ state, at }: TextEntry, row: TextRow): Promise<ItemResult> {
    const { type, now } = this.#world;
    switch (state) {
      case 'claimed':
        // Another function is at it, or was, and has ended without a word.
        if (now() < at + CLAIM_MS) return { ...failed('wait', OUTCOME_UNKNOWN), until: at + CLAIM_MS };
        return this.#unknown(at);
      case 'unknown':
        return type.texts!.find && now() < at + ASK_FOR_MS ? this.#find(row, at) : failed('unknown', OUTCOME_UNKNOWN);
      case 'notSent':
        return failed('unknown', 'not-at-vendor');
      default:
        return failed('skip', 'alreadyTexted');
    }
  }

  /** Asks the vendor. Not to be listed means not to be sent only after a while. */
  async #find(row: TextRow, at: number): Promise<ItemResult> {
    const { type, context, destination, exchange, turns, now } = this.#world;
    const held = await turns.next();
    if (held) return held;
    const { request, found } = type.texts!.find!;
    const outcome = await exchange(request(row, at, destination, context), this.#world);
    const answer = 'kind' in outcome ? found(outcome, row, at, destination) : outcome;
    if (answer === true) return this.#settled('sent', DELIVERED);
    if (answer === false && now() >= at + LISTED_AFTER_MS) {
      return this.#settled('notSent', failed('unknown', 'not-at-vendor'));
    }
    return { ...failed('wait', OUTCOME_UNKNOWN), until: now() + ASK_AGAIN_MS };
  }
}
