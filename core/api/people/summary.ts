import { entityOf } from '#core/access/entity.ts';
import type { HttpAnswer } from '../http.ts';
import { isoOf, nameOf, shownAttributes } from './attributes.ts';
import type { PeopleCall } from './deps.ts';
import { openProfile } from './opened.ts';

/** Fields of XDM that say what somebody agrees to. */
const CONSENTS: readonly string[] = ['consents', 'optInOut'];

/** `GET /{reference}`: by what somebody is known, under which merge policy, and how fresh it is. */
export async function showSummary(call: PeopleCall): Promise<HttpAnswer> {
  const opened = await openProfile(call, 'profile');
  if ('status' in opened) return opened;
  const { deps } = call;
  const { key, profile, settings } = opened;
  const { access } = settings;
  const request = { mergePolicyId: access.mergePolicy.id };
  const entity = await entityOf({ entityId: key, key }, opened, request, {
    ...deps,
    settings: access,
    now: deps.now(),
  });
  const { id: reference, ...identity } = opened.identity(profile.key);
  return {
    status: 200,
    body: {
      reference,
      identity,
      identities: profile.identities.map((each) => opened.identity(each)),
      mergePolicy: nameOf(access.mergePolicy),
      optedOut: profile.optedOut,
      datasets: entity.sources,
      lastModifiedAt: entity.lastModifiedAt,
      asOf: isoOf(deps.now()),
      values: opened.visibility.values,
    },
  };
}

/** `GET /{reference}/consents`: what somebody agrees to, and where they said so. */
export async function showConsents(call: PeopleCall): Promise<HttpAnswer> {
  const opened = await openProfile(call, 'profile', CONSENTS);
  if ('status' in opened) return opened;
  const all = await shownAttributes(opened, call);
  const consents = all.filter(({ path }) => CONSENTS.includes(path[0] ?? ''));
  return { status: 200, body: { optedOut: opened.profile.optedOut, asOf: isoOf(call.deps.now()), consents } };
}
