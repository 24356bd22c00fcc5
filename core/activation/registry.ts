import type { DELIVERED_BY } from '#core/contract/delivery-lanes.ts';
import type { AnyDestination } from './destination-base.ts';
import type { DestinationType, FileDestination, RequestDestination } from './destination-type.ts';
import { type HttpDestination, http } from './types/http.ts';
import { type S3FileDestination, s3File } from './types/s3-file.ts';

/**
 * The types of destinations that are told about people: one line here, one file in `types/`, one in
 * `core/contract/delivery-lanes.ts` for what is deployed. Audience Manager is told about devices and has a room of its own.
 */
const TYPES = { http, 's3-file': s3File } as const satisfies Record<keyof typeof DELIVERED_BY, object>;

/** What users may write in a catalog. */
export const DEFINITIONS = [http.definition, s3File.definition] as const;

export type ProfileDestination = HttpDestination | S3FileDestination;

/** Whether a destination is told about people, by a type of the registry. */
export const isProfileDestination = (destination: AnyDestination): destination is ProfileDestination =>
  Object.hasOwn(TYPES, destination.type);

/** The type of a destination. */
export const typeOf = <D extends ProfileDestination>(destination: D): DestinationType<D> =>
  TYPES[destination.type] as unknown as DestinationType<D>;

/** The type of a destination that is told in requests, or undefined where it is told otherwise. */
export function requestTypeOf(destination: AnyDestination): RequestDestination<ProfileDestination> | undefined {
  const type = isProfileDestination(destination) ? typeOf(destination) : undefined;
  return type?.delivery === 'requests' ? type : undefined;
}

/** The type of a destination that is told in files, or undefined where it is told otherwise. */
export function fileTypeOf(destination: AnyDestination): FileDestination<ProfileDestination> | undefined {
  const type = isProfileDestination(destination) ? typeOf(destination) : undefined;
  return type?.delivery === 'files' ? type : undefined;
}
