import type { DestinationCatalog } from '#core/activation/destination-catalog.ts';
import { readCallback } from '#core/activation/destinations/twilio/callback.ts';
import { isFromTwilio } from '#core/activation/destinations/twilio/signature.ts';
import { credential, readCredentials } from '#core/activation/http/credentials.ts';
import type { Secrets } from '#core/activation/http/secrets.ts';
import type { SentTexts } from '#core/activation/ports/sent-texts.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';

export interface TextCallbackDeps {
  readonly catalog: DestinationCatalog;
  readonly secrets: Secrets;
  readonly sent: Pick<SentTexts, 'settle'>;
  /** @throws Error where there is no room for it: Twilio is told that it failed */
  readonly recordOptOut: (destinationId: string, number: string, at: number) => Promise<void>;
  readonly now: Clock;
}

/** Twilio's own forms have some hundred bytes. */
const MAX_BODY_BYTES = 64 * 1024;
/** What Twilio takes for "answer nothing". */
const NOTHING: HttpAnswer = { status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response></Response>' };
const say = (status: number, title: string): HttpAnswer => ({ status, body: { status, title } });

/**
 * A call of Twilio's about texts (docs/destinations/texts.md): what became of one, which settles it if nobody knew; or a
 * message of somebody, which becomes a record of consent if they want no texts any more.
 */
export async function textCallback(call: HttpCall, deps: TextCallbackDeps): Promise<HttpAnswer> {
  if (call.method !== 'POST') return say(405, 'Only POST');
  if (call.body.length > MAX_BODY_BYTES) return say(413, 'The form is too large');
  const id = call.path.slice(call.path.lastIndexOf('/') + 1);
  const destination = (await deps.catalog.current()).destinations.get(id);
  if (destination?.type !== 'twilio') return say(404, 'No destination of type twilio has this address');
  const form = new URLSearchParams(Buffer.from(call.body).toString('utf8'));
  const authToken = credential(readCredentials(await deps.secrets(id)), 'authToken');
  const signature = call.headers['x-twilio-signature'] ?? '';
  const isSigned =
    authToken !== undefined &&
    addressesOf(call, destination.statusCallback).some((url) => isFromTwilio(url, form, signature, authToken));
  if (!isSigned) return say(403, 'The signature is not that of Twilio for this account');
  const { taken, optedOut } = readCallback(form, new URLSearchParams(call.rawQuery));
  if (optedOut !== undefined) await deps.recordOptOut(id, optedOut, deps.now());
  if (taken !== undefined) await deps.sent.settle([taken], 'sent');
  return NOTHING;
}

/** Under which addresses Twilio may have called: as the catalog has it, and as it arrived, where a proxy stands before it. */
function addressesOf({ origin, path, rawQuery }: HttpCall, statusCallback: string | undefined): string[] {
  const query = rawQuery === '' ? '' : `?${rawQuery}`;
  return [...(statusCallback === undefined ? [] : [statusCallback.split('?')[0]!]), `${origin}${path}`].map(
    (base) => `${base}${query}`,
  );
}
