import { z } from 'zod';
import type { Answer } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import type { AirshipCall } from './requests.ts';

const texts = z.union([z.string(), z.array(z.string())]).nullish();
const answerBody = z.looseObject({
  ok: z.literal(true),
  warnings: texts,
  tag_warnings: texts,
  attribute_warnings: texts,
});
const errorBody = z.looseObject({ error: z.string().optional() });

/** 200 with `ok` means all; warnings inside it are of tag groups or attributes that were not updated. */
export function airshipAnswer(outcome: HttpOutcome, call: AirshipCall, tagGroup: string): Answer<never, never> {
  const failure = failureOf(outcome);
  if (failure) {
    const isChannel = call.step === 'tags' && call.kind !== 'named_user_id';
    const isUnknown = isChannel && outcome.kind === 'response' && outcome.status === 404;
    const { error } = errorBody.safeParse(bodyOf(outcome)).data ?? {};
    const detail = error === undefined ? {} : { detail: error };
    // A channel that is not there is a device that is gone; nothing else is missing.
    if (isUnknown) return { kind: 'all', result: failed('drop', 'unknown-channel', detail) };
    return { kind: 'all', result: failure.errorClass === 'drop' ? { ...failure, ...detail } : failure };
  }
  const read = answerBody.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  const { warnings, tag_warnings: ofTags, attribute_warnings: ofAttributes } = read.data;
  const tagWarnings = [warnings, ofTags].flatMap((each) => each ?? []);
  // The only group of the request was not updated: it is not there, or may not be written.
  if (tagWarnings.some((text) => text.includes(tagGroup))) {
    return { kind: 'all', result: failed('stop', 'tag-group-not-updated') };
  }
  const count = tagWarnings.length + [ofAttributes].flatMap((each) => each ?? []).length;
  return { kind: 'all', result: DELIVERED, ...(count > 0 && { reported: [{ reason: 'warnings', count }] }) };
}
