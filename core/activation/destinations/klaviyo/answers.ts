import { z } from 'zod';
import type { Answer, CallRow, Failure, ItemResult } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import type { KlaviyoCall, KlaviyoRow } from './requests.ts';
import { type KlaviyoDestination, keyOf } from './settings.ts';

type KlaviyoAnswer = Answer<KlaviyoCall, KlaviyoRow>;

const errorsBody = z.looseObject({
  errors: z.array(
    z.looseObject({
      detail: z.string().optional(),
      source: z.looseObject({ pointer: z.string().nullish() }).nullish(),
    }),
  ),
});
const jobBody = z.looseObject({ data: z.looseObject({ id: z.string().min(1) }) });
const marketing = z.looseObject({ marketing: z.looseObject({ consent: z.string().nullish() }).nullish() }).nullish();
const profilesBody = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string().min(1),
      attributes: z.looseObject({
        email: z.string().nullish(),
        phone_number: z.string().nullish(),
        external_id: z.string().nullish(),
        subscriptions: z.looseObject({ email: marketing, sms: marketing }).nullish(),
      }),
    }),
  ),
});
type Profile = z.output<typeof profilesBody>['data'][number];

/** How soon a job is asked for the first time. */
const FIRST_LOOK_MS = 10_000;

/** An answer of any of the calls. */
export function klaviyoAnswer(
  outcome: HttpOutcome,
  rows: readonly KlaviyoRow[],
  { step }: KlaviyoCall,
  destination: KlaviyoDestination,
): KlaviyoAnswer {
  const failure = failureOf(outcome);
  if (failure) return rejected(outcome, failure, rows.length);
  switch (step) {
    case 'import': {
      const read = jobBody.safeParse(bodyOf(outcome));
      return read.success ? { kind: 'job', job: read.data.data.id, againInMs: FIRST_LOOK_MS } : unreadable();
    }
    case 'clear':
      return jobBody.safeParse(bodyOf(outcome)).success ? { kind: 'all', result: DELIVERED } : unreadable();
    case 'look':
      return found(outcome, rows, destination);
    default:
      // 204, or 202 without a body: whatever else comes with a 200 is not Klaviyo's.
      return isEmptySuccess(outcome) ? { kind: 'all', result: DELIVERED } : unreadable();
  }
}

const CREATED = [202, 204];
const isEmptySuccess = (outcome: HttpOutcome): boolean =>
  outcome.kind === 'response' && CREATED.includes(outcome.status);

/** Nothing was taken; pointers say which profiles are to blame, as far as they do. */
function rejected(outcome: HttpOutcome, failure: Failure, rows: number): KlaviyoAnswer {
  if (failure.errorClass !== 'drop') return { kind: 'all', result: failure };
  const { errors } = errorsBody.safeParse(bodyOf(outcome)).data ?? { errors: [] };
  const bad = errors.map(({ source }) => indexIn(source?.pointer, rows)).filter((index) => index !== undefined);
  const [detail] = errors.flatMap((error) => error.detail ?? []);
  return { kind: 'split', failure: { ...failure, ...(detail !== undefined && { detail }) }, bad };
}

/** The position in a pointer such as `/data/attributes/profiles/data/3/attributes/email`. */
export function indexIn(pointer: string | null | undefined, rows: number): number | undefined {
  const index = Number(/\/data\/(\d{1,6})(?:\/|$)/.exec(pointer ?? '')?.[1] ?? Number.NaN);
  return index < rows ? index : undefined;
}

/** Row by row what follows on a look-up. Who is not there can't be removed, and may be subscribed. */
function found(outcome: HttpOutcome, rows: readonly KlaviyoRow[], destination: KlaviyoDestination): KlaviyoAnswer {
  const read = profilesBody.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  const key = keyOf(destination);
  const profiles = new Map<string, Profile>();
  for (const profile of read.data.data) profiles.set(normal(profile.attributes[key] ?? ''), profile);
  const wanted = new Set(rows.map((row) => normal('key' in row ? row.key : '')));
  const others = [...profiles].filter(([value]) => !wanted.has(value));
  // A profile that answers to an address it does not show, a second one: only alone it is clear to whom it belongs.
  if (others.length > 0 && wanted.size > 1) {
    return { kind: 'split', failure: failed('retry', 'another-profile-found') };
  }
  return {
    kind: 'continue',
    rows: rows.map((row) => {
      if (!('key' in row) || !row.next) return failed('retry', 'malformed-answer');
      return following(row.key, row.next, profiles.get(normal(row.key)) ?? others[0]?.[1], key);
    }),
  };
}

const normal = (value: string): string => value.trim().toLowerCase();

function following(
  key: string,
  call: KlaviyoCall,
  profile: Profile | undefined,
  by: 'email' | 'phone_number' | 'external_id',
): ItemResult | CallRow<KlaviyoCall, KlaviyoRow> {
  if (call.step === 'subscribe') {
    const { email, sms } = profile?.attributes.subscriptions ?? {};
    const consent = (by === 'email' ? email : sms)?.marketing?.consent ?? NEVER;
    // What was said at Klaviyo itself is newer than what is known here, or the same.
    return consent === NEVER ? { call, row: { key } } : DELIVERED;
  }
  return profile ? { call, row: { id: profile.id } } : DELIVERED;
}

const NEVER = 'NEVER_SUBSCRIBED';
