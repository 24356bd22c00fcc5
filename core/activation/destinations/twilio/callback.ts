import { normalPhone } from '#core/activation/normalise/phone.ts';
import { TEXT_PARAMETER } from './requests.ts';

/** What a call of Twilio's says: that it has a text, and who wants none any more. */
export interface TwilioCallback {
  /** The key of a text that Twilio has taken, whatever became of it there. */
  readonly taken?: string;
  /** E.164 */
  readonly optedOut?: string;
}

const KEY = /^[\w-]{32}$/;
/** The code of a text to somebody who has answered STOP. */
const UNSUBSCRIBED = '21610';
/** What opts out by itself; a messaging service with words of its own says `OptOutType`. */
const STOP_WORDS = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);

/** Reads the form and the query of a status callback, or of an incoming message. */
export function readCallback(form: URLSearchParams, query: URLSearchParams): TwilioCallback {
  const key = query.get(TEXT_PARAMETER) ?? '';
  const isStatus = form.has('MessageStatus') && form.has('MessageSid');
  const isIncoming = !isStatus && form.has('From') && form.has('Body');
  const isStop =
    isIncoming && (form.get('OptOutType') === 'STOP' || STOP_WORDS.has(form.get('Body')!.trim().toUpperCase()));
  const whom = isStop ? form.get('From') : isStatus && form.get('ErrorCode') === UNSUBSCRIBED ? form.get('To') : null;
  const optedOut = whom === null ? undefined : normalPhone(whom, { plus: true });
  return {
    ...(isStatus && KEY.test(key) && { taken: key }),
    ...(optedOut !== undefined && { optedOut }),
  };
}
