import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
import { type SegmentDefinition, segmentDefinition } from '#core/segmentation/definition.ts';
import { compileSegments, type SegmentOptions, type SegmentSet } from '#core/segmentation/segment-set.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Tuesday, at a time of day that is no boundary of anything. */
export const NOW = Date.parse('2018-12-18T13:45:10.123Z');

export const segment = (value: string, id = 'segment'): SegmentDefinition =>
  segmentDefinition.parse({ id, name: id, expression: { type: 'PQL', format: 'pql/text', value } });

/** One segment for each text, called by its key. */
export const segments = (texts: Readonly<Record<string, string>>, options?: SegmentOptions): SegmentSet =>
  compileSegments(
    Object.entries(texts).map(([id, text]) => segment(text, id)),
    options,
  );

let count = 0;
export const event = (time: number, entity: Record<string, unknown> = {}, id = `e${count++}`): EventView => ({
  id,
  time,
  entity,
});

export const add = (time: number): EventView => event(time, { commerce: { productListAdds: { value: 1 } } });
export const purchase = (time: number): EventView => event(time, { commerce: { purchases: { value: 1 } } });
export const view = (time: number): EventView => event(time, { commerce: { productViews: { value: 1 } } });
export const storeOrder = (time: number, priceTotal: number): EventView =>
  event(time, { eventType: 'store.order', commerce: { order: { priceTotal } } });

export const profile = (xEvent: readonly EventView[] = [], attributes: Record<string, unknown> = {}): ProfileView => ({
  ...attributes,
  xEvent,
});

/** Whether a profile is in the segment that a text describes. */
export const isMember = (text: string, of: ProfileView = profile(), now = NOW): boolean =>
  segments({ segment: text }).evaluate(of, now).get('segment') === true;
