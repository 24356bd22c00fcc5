import type { z } from 'zod';
import type { ProfileDelivery } from './delivery.ts';
import type { AnyDestination } from './destination-base.ts';
import type { ErrorClass, HttpOutcome } from './error-class.ts';
import type { HttpRequest } from './http/client.ts';
import type { Authentication, Credentials } from './http/credentials.ts';
import type { ExportFile } from './s3-file/export-file.ts';
import type { FileRow } from './s3-file/pending.ts';
import type { ExportWindow } from './s3-file/schedule.ts';

/**
 * A type of destination: what it is told, and how. One file in `types/`, one line in the registry; queues, retries,
 * dead letters, pacing, authentication, books and alarms come with it (docs/destinations.md, "Add one").
 */
export type DestinationType<D extends AnyDestination> = RequestDestination<D> | FileDestination<D>;

interface Declaration<D extends AnyDestination> {
  /** What users write in the catalog under this `type`. */
  readonly definition: z.ZodType<D>;
  /**
   * Which identities of a person are told: `all`; those of some namespaces, in order of preference (a hashed namespace is
   * also served by normalising and hashing, aep.md §6.4); or `one`, where attributes say who is meant. Whoever has none
   * is excluded and counted.
   */
  identities(destination: D): 'all' | 'one' | readonly string[];
  /** Paths of the attributes that are sent along. */
  attributes(destination: D): readonly string[];
  /** Paths without which a person is excluded, and counted. */
  mandatory(destination: D): readonly string[];
  /** Whether members are told again when only their identities or attributes have changed (aep.md §6.1). */
  sendsUpdates(destination: D): boolean;
}

/** People are told in requests over HTTP, seconds after the change. */
export interface RequestDestination<D extends AnyDestination> extends Declaration<D> {
  readonly delivery: 'requests';
  /** Most people in one request (`maxUsersPerRequest`). */
  profilesPerRequest(destination: D): number;
  authentication(destination: D): Authentication;
  /** Requests a second that the destination takes from all functions together; undefined: as many as there are. */
  rateLimit(destination: D): number | undefined;
  /** One request for 1 to `profilesPerRequest` people. How it authenticates is added by the framework. */
  request(profiles: readonly ProfileDelivery[], destination: D, context: RequestContext): HttpRequest;
  /** What the answer says about each of them, in order. */
  read(outcome: HttpOutcome, profiles: number): readonly ItemResult[];
}

export interface RequestContext {
  readonly credentials: Credentials;
  /** Epoch ms. */
  readonly now: number;
  segmentName(id: string): string | undefined;
}

/** What became of one person in a request. */
export type ItemResult =
  | { readonly delivered: true }
  | {
      readonly delivered: false;
      readonly errorClass: ErrorClass;
      readonly reason: string;
      /** Of `wait`: when to come again, in epoch ms. The framework says it; types leave it out. */
      readonly until?: number;
    };

/** People are told in files, by schedule. */
export interface FileDestination<D extends AnyDestination> extends Declaration<D> {
  readonly delivery: 'files';
  schedule(destination: D): ExportWindow;
  /** `incremental`: what changed since the last file; `full`: everybody who is a member. */
  exports(destination: D): 'incremental' | 'full';
  /**
   * The files of a slot.
   * @param rows the latest of each identity and segment
   * @param slot epoch ms; gives files their names
   * @param left segments that had members in the files before, where all members are in each, and have none
   */
  files(rows: readonly FileRow[], destination: D, slot: number, left?: readonly string[]): MadeFiles;
}

export interface MadeFiles {
  readonly files: readonly ExportFile[];
  /** Why rows are in no file, one entry each. */
  readonly invalid: readonly string[];
}
