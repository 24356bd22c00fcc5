import type { z } from 'zod';
import type { ProfileDelivery } from './delivery.ts';
import type { AnyDestination } from './destination-base.ts';
import type { ErrorClass, HttpOutcome } from './error-class.ts';
import type { ExportFile } from './files/export-file.ts';
import type { FileRow } from './files/pending.ts';
import type { ExportWindow } from './files/schedule.ts';
import type { FileTarget } from './files/target.ts';
import type { HttpRequest } from './http/client.ts';
import type { Credentials, RequestAuthentication } from './http/credentials.ts';
import type { IdentityForms } from './normalise/forms.ts';

/**
 * A type of destination: what it is sent, and how. One folder in `destinations/`, one line in `destinations/index.ts`;
 * queues, retries, dead letters, rate limits, authentication, statistics, preview, docs and alarms come with it
 * (docs/destinations/adding.md).
 */
export type DestinationType<D extends AnyDestination> = RequestDestination<D> | FileDestination<D>;

/** What a destination is for, in a marketer's words. */
export const CATEGORIES = [
  'advertising',
  'social',
  'email',
  'sms',
  'personalisation',
  'crm',
  'stream',
  'file',
  'webhook',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What can be done at a destination of the type. */
export interface Capabilities {
  /** Whether somebody who leaves can be taken out. */
  readonly exit: boolean;
  /** Whether those who were members before are sent when the destination is activated. */
  readonly backfill: boolean;
  /** Where the vendor's audiences come from: made on request, named in the catalog, or by what is sent itself. */
  readonly audiences: 'created' | 'named' | 'implied';
  /** Whether the vendor can be asked who is in an audience. */
  readonly list: boolean;
  /** Whether the vendor has a call that deletes a person. */
  readonly deletion: boolean;
}

/** A field of a catalog file that names something which has to exist. */
export type Reference = { readonly path: readonly (string | number)[] } & (
  | { readonly namespace: string }
  | { readonly attribute: string }
  | { readonly dataset: string }
);

/** Something in a catalog file that its shape alone does not tell. */
export interface DefinitionProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint?: string;
}

/** Which identities are sent: all of a profile, one that stands for it, those of some namespaces, or made ones. */
export type AcceptedIdentities = 'all' | 'one' | readonly string[] | IdentityForms;

export interface Declaration<D extends AnyDestination> {
  /** What users write under `type`. */
  readonly name: string;
  readonly title: string;
  readonly category: Category;
  /** One sentence: what is sent, and where to. */
  readonly summary: string;
  /** What users write in the catalog under this `type`. */
  readonly definition: z.ZodType<D>;
  /** A file of the catalog as users write it, without `type` and `segments`: for docs and `destination describe`. */
  readonly example: Readonly<Record<string, unknown>> & { readonly id: string };
  /** What to do at the vendor before it works, in order, one sentence each. */
  readonly setUp: readonly string[];
  /** What the secret of a destination has to hold: key → what it is. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly capabilities: Capabilities;
  /**
   * Which identities of a person are sent: `all`; those of some namespaces, in order of preference (a hashed namespace is
   * also served by normalising and hashing, aep.md §6.4); `one`, where attributes identify the person; or forms that are
   * made of the raw values by the vendor's own rules. Whoever has none is excluded and counted.
   */
  identities(destination: D): AcceptedIdentities;
  /** Paths of the attributes that are sent along. */
  attributes(destination: D): readonly string[];
  /** Paths without which a person is excluded, and counted. */
  mandatory(destination: D): readonly string[];
  /** Whether members are sent again when only their identities or attributes have changed (aep.md §6.1). */
  sendsUpdates(destination: D): boolean;
  /**
   * Whether the vendor keeps what it was sent until it is told that there is no value any more: an attribute that a member
   * had when last sent, and has no more, is then `null` in the delivery. @default it is omitted
   */
  readonly clearsAttributes?: true;
  /**
   * Whether a delivery says of every audience of the destination whether the person is in it, not only of those that
   * changed: for vendors where what is sent takes the place of what was sent before. @default only what changed
   */
  sendsAllMemberships?(destination: D): boolean;
  /**
   * Consents without which nobody is sent, as paths below `consents` (`marketing.email`): who has not given one is
   * excluded with the reason `consent:<path>`. @default none
   */
  consents?(destination: D): readonly string[];
  /** After how many days the vendor forgets a member who is not sent again. @default never */
  membershipDays?(destination: D): number | undefined;
  /** What of the file names namespaces or attributes, besides `attributes` and `mandatoryAttributes`. @default nothing */
  references?(destination: D): readonly Reference[];
  /** What is wrong in the file although each of its values has its shape. @default nothing */
  check?(destination: D): readonly DefinitionProblem[];
  /** What may stand in `attributes` besides paths of profile attributes. */
  readonly columns?: readonly string[];
}

/** What one request may hold, and how many there may be. */
export interface Limits {
  /** Most rows in one request. */
  readonly rows: number;
  /** Most bytes of all rows of a request as JSON, without what stands around them. @default any */
  readonly bytes?: number;
  /** Requests a second that the vendor takes from all functions together. @default as many as there are */
  readonly perSecond?: number | undefined;
}

/** A row of a request, and the request it belongs into: rows of equal calls go together, as many as the limits allow. */
export interface CallRow<C, R> {
  /** What is common to the rows of a request, e.g. `{ action: 'add', audience: '123' }`. Compared as JSON. */
  readonly call: C;
  readonly row: R;
}

/**
 * People are sent in requests over HTTP, seconds after the change.
 * @typeParam C what is common to the rows of a request
 * @typeParam R a row: what a request says about one person
 */
export interface RequestDestination<D extends AnyDestination, C = unknown, R = unknown> extends Declaration<D> {
  readonly delivery: 'requests';
  /** @param call where calls of a type have limits of their own; without one, those of most calls */
  limits(destination: D, call?: C): Limits;
  authentication(destination: D): RequestAuthentication;
  /** How the vendor's audiences are made, where they are. */
  readonly audiences?: AudienceCreation<D>;
  /**
   * What is said about one person: one row or several, for one request or several; none where the vendor has nothing to
   * learn from it; or why it can't be sent. Pure: the same delivery makes the same rows.
   */
  rows(delivery: ProfileDelivery, destination: D, context: RequestContext): readonly CallRow<C, R>[] | Failure;
  /** The request for some rows of equal calls, at least one. How it authenticates is added by the framework. */
  request(call: C, rows: readonly R[], destination: D, context: RequestContext): HttpRequest;
  /** What an outcome says about each row. */
  answer(outcome: HttpOutcome, rows: readonly R[], call: C, destination: D): Answer<C, R>;
  /** Whether an outcome says that the token has expired where its status is not 401: then once more with a new one. */
  expired?(outcome: HttpOutcome): boolean;
  /** A request that changes nothing and, unless `probeShows` says less, needs the permission of deliveries: for `destination test`. */
  probe?(destination: D, context: RequestContext): HttpRequest;
  /** What it shows where that is less: that the receiver is there, and not that it may be written to. @default permission */
  readonly probeShows?: 'receiver';
  /** Why its outcome is none to be content with. @default by its status */
  probed?(outcome: HttpOutcome, destination: D): Failure | undefined;
  /** How the vendor lists who is in an audience, where it does. */
  readonly listing?: AudienceListing<D>;
  /** How the vendor says how many are in an audience, where it lists nobody. */
  readonly size?: AudienceSize<D>;
  /** How a person is deleted at the vendor, where it has a call for that. */
  readonly deletion?: VendorDeletionCall<D>;
  /** How to ask for the result of a job, where answers say `job`. */
  readonly jobs?: Jobs<D>;
  /**
   * Whether what was rejected as a whole is sent person by person at once, and what is retried as well. For receivers
   * that may say nothing about single people.
   */
  readonly alone?: boolean;
  /**
   * Of types whose rows are texts to people, which nobody can take back: each row is a `TextRow`, made of the settings of
   * `texts/settings.ts`, and is sent once or not at all (docs/destinations/adding.md, "Texts to people").
   */
  readonly texts?: Texts<D>;
}

/** What is asked of a vendor about a text of which nobody knows whether it was taken. */
export interface Texts<D extends AnyDestination> {
  /** How it is asked whether it has the text. @default it can't be asked, and the outcome stays unknown */
  readonly find?: {
    /** @param since epoch ms; the text was sent then or later */
    request(row: TextRow, since: number, destination: D, context: RequestContext): HttpRequest;
    /** Whether it has it, or why nobody knows. */
    found(outcome: HttpOutcome, row: TextRow, since: number, destination: D): boolean | Failure;
  };
}

/** A text to one person, because of one entry to a segment. */
export interface TextRow {
  /** E.164, with `+`. */
  readonly to: string;
  readonly body: string;
  readonly segmentId: string;
  /** Of the number, the segment and the entry: the same whenever the same entry comes. */
  readonly key: string;
}

/** How a vendor is asked who is in an audience, page by page, for `destination reconcile`. */
export interface AudienceListing<D extends AnyDestination> {
  /** @param audience the vendor's id; @param cursor of the page, none of the first */
  request(audience: string, cursor: string | undefined, destination: D, context: RequestContext): HttpRequest;
  /** Members as the destination names them: the values of identities as they are sent. */
  answer(
    outcome: HttpOutcome,
    destination: D,
  ): { readonly members: readonly string[]; readonly next?: string } | Failure;
}

/** How a vendor is asked how many it counts in an audience, for `destination reconcile`. */
export interface AudienceSize<D extends AnyDestination> {
  /** @param audience the vendor's id */
  request(audience: string, destination: D, context: RequestContext): HttpRequest;
  /** @param audience the one that was asked for: answers may be about others as well */
  answer(outcome: HttpOutcome, audience: string, destination: D): ReportedSize | Failure;
  /** Where a segment has several audiences, which of them there may be. @default one */
  kinds?(destination: D): readonly string[];
}

/** How many a vendor counts, at least and at most; neither where it does not count them yet, or counts too few to say. */
export interface ReportedSize {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * How a vendor is asked to delete a person, with everything that it has of them. The framework queues it behind what was
 * routed before, repeats it, and says what became of it in the receipt. Who is not there counts as deleted.
 */
export interface VendorDeletionCall<D extends AnyDestination> {
  limits(destination: D): Limits;
  /** One row for each identity as the vendor knows it; none where it can't be asked for this one. */
  rows(
    delivery: ProfileDelivery,
    destination: D,
    context: RequestContext,
  ): readonly CallRow<unknown, unknown>[] | Failure;
  request(call: unknown, rows: readonly unknown[], destination: D, context: RequestContext): HttpRequest;
  answer(outcome: HttpOutcome, rows: readonly unknown[], call: unknown, destination: D): Answer;
}

export interface RequestContext {
  readonly credentials: Credentials;
  /** Epoch ms. */
  readonly now: number;
  segmentName(id: string): string | undefined;
  /** The vendor's id of the audience of a segment; undefined where it has none. @param kind where a segment has several */
  audienceId(segmentId: string, kind?: string): string | undefined;
}

/** One audience at the vendor. */
export interface AudienceKey {
  readonly segmentId: string;
  /** Where one segment needs several audiences, which of them; else empty. */
  readonly kind: string;
}

/** How the vendor's audiences are found or made. The framework remembers ids, and lets one function at a time make one. */
export interface AudienceCreation<D extends AnyDestination> {
  /** Which audiences a delivery needs for its entries. @default one for each segment it enters */
  needed?(delivery: ProfileDelivery, destination: D): readonly AudienceKey[];
  /** Which audiences a delivery may speak of, exits included. @default one for each segment it is about */
  spokenOf?(delivery: ProfileDelivery, destination: D): readonly AudienceKey[];
  /** The id that the catalog names. */
  given(key: AudienceKey, destination: D): string | undefined;
  /** Asks whether there is one already, made before a crash or by hand. */
  find?(key: AudienceKey, destination: D, context: RequestContext): HttpRequest;
  found?(outcome: HttpOutcome, key: AudienceKey, destination: D): { readonly id?: string } | Failure;
  create(key: AudienceKey, destination: D, context: RequestContext): HttpRequest;
  created(outcome: HttpOutcome, key: AudienceKey, destination: D): { readonly id: string } | Failure;
}

/** Results that come later. The framework remembers the job and asks again; no function waits. */
export interface Jobs<D extends AnyDestination> {
  request(job: string, destination: D, context: RequestContext): HttpRequest;
  /**
   * @param rows how many rows were handed in with it
   * @param known what the answers before said, where an answer said `ask`
   */
  answer(outcome: HttpOutcome, rows: number, job: string, destination: D, known: KnownResults): JobAnswer;
  /** After how long nothing is expected any more, and everything of the job is sent again: ms. */
  readonly giveUpAfterMs: number;
}

/** Results of single rows, by their positions among those that were handed in. */
export type KnownResults = ReadonlyMap<number, ItemResult>;

export type JobAnswer =
  /** Not done yet: ask again then. */
  | { readonly kind: 'running'; readonly againInMs: number }
  /** Result by result, in the order of the rows that were handed in. */
  | { readonly kind: 'rows'; readonly results: readonly ItemResult[]; readonly reported?: readonly Reported[] }
  /** One result for all of them. */
  | { readonly kind: 'all'; readonly result: ItemResult; readonly reported?: readonly Reported[] }
  /** More has to be asked at once, under another name: what went wrong in a job that is done, the next page. */
  | { readonly kind: 'ask'; readonly job: string; readonly known?: KnownResults }
  /** Some failed and nobody says which: everything is handed in again in halves, until the bad ones are alone. */
  | { readonly kind: 'split'; readonly failure: Failure; readonly reported?: readonly Reported[] };

/** What an answer says about the rows of a request. */
export type Answer<C = unknown, R = unknown> =
  /** Result by result, in order. Another number of results than rows counts as an unreadable answer. */
  | { readonly kind: 'rows'; readonly results: readonly ItemResult[]; readonly reported?: readonly Reported[] }
  /** One result for all rows. */
  | { readonly kind: 'all'; readonly result: ItemResult; readonly reported?: readonly Reported[] }
  /**
   * Nothing was taken because of some rows. Where the vendor says which, these fail and the others are sent again without
   * them; where it does not, the request is halved until the bad ones are alone.
   */
  | { readonly kind: 'split'; readonly failure: Failure; readonly bad?: readonly number[] }
  /** Taken; the result comes later. */
  | { readonly kind: 'job'; readonly job: string; readonly againInMs: number }
  /** Row by row: a result, or what to go on with, e.g. an id that was looked up. */
  | { readonly kind: 'continue'; readonly rows: readonly (ItemResult | CallRow<C, R>)[] };

/** Something the vendor reports about a request without saying whom it concerns. */
export interface Reported {
  /** A word for metrics, e.g. `invalid-entries`: nothing of a person. */
  readonly reason: string;
  readonly count: number;
}

export interface Failure {
  readonly delivered: false;
  readonly errorClass: ErrorClass;
  /** A word for logs and metrics, e.g. `http-503`: nothing of a person. */
  readonly reason: string;
  /** The vendor's words about this person, for `destination errors`; masked before they are stored. */
  readonly detail?: string;
  /** Of `wait`: for how long, in ms, where the answer says it in a way of the vendor's own. */
  readonly waitMs?: number;
  /** Of `wait`: when to come again, in epoch ms. The framework sets it; types omit it. */
  readonly until?: number;
}

/** What became of one person in a request. */
export type ItemResult = { readonly delivered: true } | Failure;

/** People are sent in files, by schedule. */
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
  /** Where they go. @default the exports bucket of the stage, under the id of the destination */
  target?(destination: D): FileTarget | undefined;
}

export interface MadeFiles {
  readonly files: readonly ExportFile[];
  /** Why rows are in no file, one entry each. */
  readonly invalid: readonly string[];
}

/**
 * Part of the answer to a page, within the request: it has no lane, no queue and no delivery state, and is told of nobody who
 * does not ask. One file in `edge-destinations/` (docs/destinations/edge.md).
 */
export interface EdgeDestination<D> {
  readonly delivery: 'edge';
  /** What users write under `type`. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what the answer has, and for whom. */
  readonly summary: string;
  readonly definition: z.ZodType<D>;
  /** The part of an answer that it writes: `pull` is for the page's code, `push` is carried out by the SDK. */
  readonly handle: 'pull' | 'push';
  /** Paths of attributes that it may give away, and where they stand in the file. */
  attributes(destination: D): readonly { readonly at: readonly (string | number)[]; readonly path: string }[];
  /** What is wrong in the file although each of its values has its shape. @default nothing */
  check?(destination: D): readonly DefinitionProblem[];
  /** What it puts into an answer. Pure. */
  entries(destination: D, person: EdgeMember): readonly object[];
}

/** Whom an answer is for, as far as a destination may know them. */
export interface EdgeMember {
  /** Of the destination's segments those that they are in, in its order. */
  readonly segments: readonly string[];
  /** Whether the caller has shown a key. */
  readonly isAuthenticated: boolean;
  attribute(path: string): unknown;
}
