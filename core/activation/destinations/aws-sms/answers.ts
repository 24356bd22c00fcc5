import { z } from 'zod';
import type { Answer, Failure } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed } from '#core/activation/item-results.ts';
import { awsFailure } from '#core/activation/streams/json-protocol.ts';
import { OPTED_OUT, textFailure, unreadableText } from '#core/activation/texts/outcome.ts';

const made = z.looseObject({ MessageId: z.string().min(1) });
const errorBody = z.looseObject({
  __type: z.string().min(1),
  Reason: z.string().nullish(),
  Message: z.string().nullish(),
  message: z.string().nullish(),
});

const BY_NUMBER = 'DESTINATION_PHONE_NUMBER';

/** 200 with the id of the message: taken. An error under 500 says for certain that it was not. */
export function awsSmsAnswer(outcome: HttpOutcome): Answer<never, never> {
  const failure = textFailure(outcome);
  if (!failure) {
    return { kind: 'all', result: made.safeParse(bodyOf(outcome)).success ? DELIVERED : unreadableText() };
  }
  return { kind: 'all', result: failure.errorClass === 'unknown' ? failure : byType(outcome, failure) };
}

function byType(outcome: HttpOutcome, failure: Failure): Failure {
  const read = errorBody.safeParse(bodyOf(outcome));
  if (!read.success) return failure;
  const { __type: type, Reason: why, Message: words = read.data.message } = read.data;
  const code = type.split('#').at(-1)!;
  const detail = [why, words].filter((each) => each).join(': ');
  const said = detail === '' ? {} : { detail };
  if (code === 'ConflictException') {
    if (why === `${BY_NUMBER}_OPTED_OUT`) return failed('drop', OPTED_OUT, said);
    // Of this number, or of the country that it is of; anything else is about the sender.
    return failed(why?.startsWith('DESTINATION_') ? 'drop' : 'stop', 'ConflictException', said);
  }
  return { ...awsFailure(code), ...said };
}

/** Why the account can't be used, by the answer to a dry run. */
export function awsSmsProbed(outcome: HttpOutcome): Failure | undefined {
  const answer = awsSmsAnswer(outcome);
  return answer.kind === 'all' && !answer.result.delivered ? answer.result : undefined;
}
