import type { z } from 'zod';
import { type DeliveryLane, type LaneKind, lanesOf } from '#core/contract/delivery-lanes.ts';
import type { AnyDestination } from './destination-base.ts';
import type { DestinationType, FileDestination, RequestDestination } from './destination-type.ts';
import * as registered from './destinations/index.ts';

type Registered = (typeof registered)[keyof typeof registered];
type AnyDefinition = Registered['definition'];
/** A destination of a registered type. Audience Manager is sent devices and has routing of its own. */
export type ProfileDestination = z.output<AnyDefinition>;

/** Types of destinations that are sent people, by what users write under `type`. */
export const TYPES: ReadonlyMap<string, DestinationType<ProfileDestination>> = new Map(
  Object.values(registered).map((type) => [type.name, type as unknown as DestinationType<ProfileDestination>]),
);

/** What users may write in a catalog. */
export const DEFINITIONS = Object.values(registered).map(({ definition }) => definition) as unknown as readonly [
  AnyDefinition,
  ...AnyDefinition[],
];

/** Whether a destination is sent people, by a type of the registry. */
export const isProfileDestination = (destination: AnyDestination): destination is ProfileDestination =>
  TYPES.has(destination.type);

/** The type of a destination. */
export const typeOf = (destination: ProfileDestination): DestinationType<ProfileDestination> =>
  TYPES.get(destination.type)!;

/** The type of a destination that is sent requests, or undefined where it is sent something else. */
export function requestTypeOf(destination: AnyDestination): RequestDestination<ProfileDestination> | undefined {
  const type = TYPES.get(destination.type);
  return type?.delivery === 'requests' ? type : undefined;
}

/** The type of a destination that is sent files, or undefined where it is sent something else. */
export function fileTypeOf(destination: AnyDestination): FileDestination<ProfileDestination> | undefined {
  const type = TYPES.get(destination.type);
  return type?.delivery === 'files' ? type : undefined;
}

/** What a stage prepares for a destination: a lane that sends requests, one that gathers for files, or Audience Manager's two. */
export function laneKindOf({ type: name }: Pick<AnyDestination, 'type'>): LaneKind {
  const type = TYPES.get(name);
  if (!type) return 'aam';
  return type.delivery === 'requests' ? 'http' : 's3-file';
}

/** The delivery lanes of a destination. */
export const lanesOfDestination = (destination: Pick<AnyDestination, 'id' | 'type'>): DeliveryLane[] =>
  lanesOf({ id: destination.id, type: laneKindOf(destination) });
