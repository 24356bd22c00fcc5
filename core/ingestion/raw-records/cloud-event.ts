import { z } from 'zod';
import type { Rejection } from '#core/record/record.ts';
import { isObject } from '#core/util/is-object.ts';
import { pointerTo, reportedPointer } from '#core/util/pointer.ts';
import { decodeJson } from '../text/decode-json.ts';

/** The attributes that every event of CloudEvents 1.0 has, and the time where it has one. */
const cloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  time: z.iso.datetime({ offset: true }).optional(),
});
export type CloudEvent = Readonly<z.output<typeof cloudEvent>>;

/** Whether a value says of itself that it is a CloudEvent; it need not be a good one. */
export const isCloudEvent = (value: unknown): boolean => isObject(value) && 'specversion' in value;

/**
 * An event in structured mode (CloudEvents 1.0, JSON format): what rules match and mappings read. Data in base64 that are
 * JSON are unpacked into `data`.
 */
export function readCloudEvent(value: unknown): { readonly event: CloudEvent } | { readonly rejection: Rejection } {
  const parsed = cloudEvent.safeParse(value);
  if (!parsed.success) {
    const { path } = parsed.error.issues[0]!;
    return { rejection: { ...INVALID, pointer: reportedPointer(pointerTo(path)) } };
  }
  const { data_base64: packed, ...event } = parsed.data;
  if (packed === undefined) return { event: value as CloudEvent };
  const data = typeof packed === 'string' ? decodeJson(Buffer.from(packed, 'base64')) : undefined;
  return data && !data.rejection
    ? { event: { ...(event as CloudEvent), data: data.value } }
    : { rejection: DATA_UNREADABLE };
}

/**
 * The record that an event is where no mapping says otherwise: its data. Of an event dataset the event's `id` and
 * `source` (together unique), `time` and `type` become `_id`, `timestamp` and `eventType`, where the data have none.
 */
export function entityOfCloudEvent({ id, source, type, time, data }: CloudEvent, isEvent: boolean): unknown {
  if (!isEvent || !isObject(data)) return data;
  return { _id: `${source}#${id}`, ...(time !== undefined && { timestamp: time }), eventType: type, ...data };
}

const INVALID: Rejection = {
  code: 'invalid-envelope',
  message: 'The record is not an event of CloudEvents 1.0',
  expected: '{"specversion":"1.0","id":"…","source":"…","type":"…","time":"2026-03-01T10:00:00Z","data":{…}}',
  found: 'an attribute that is missing or has another form',
};

const DATA_UNREADABLE: Rejection = {
  code: 'invalid-envelope',
  message: 'The data of the event are not JSON; send them in "data", as JSON',
  pointer: '/data_base64',
  expected: 'JSON, in base64',
  found: 'other bytes',
};
