import * as z from 'zod';
import { routedPerson } from '#core/access/explain-delivery.ts';
import { previewUnlink } from '#core/access/preview-unlink.ts';
import { relink } from '#core/profile/links/relink.ts';
import { unlink, withoutLink } from '#core/profile/links/unlink.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { PeopleCall } from './deps.ts';
import { FAMILY, type Opened, openProfile } from './opened.ts';

/** Two identities, by their ids in the graph. */
export const linkBody = z.strictObject({
  a: z.string().min(1).max(2_100),
  b: z.string().min(1).max(2_100),
  /** For the link history. */
  reason: z.string().min(1).max(500),
});
export const unlinkQuery = z.object({ dryRun: z.enum(['true', 'false']).optional() });

type LinkCall = PeopleCall<z.output<typeof unlinkQuery>, z.output<typeof linkBody>>;

/** `POST /{reference}/unlink`: takes the link between two identities out; with `dryRun=true`, what would follow. */
export async function unlinkIdentities(call: LinkCall): Promise<HttpAnswer> {
  const opened = await openEnds(call);
  if ('status' in opened) return opened;
  const { deps, caller, body, query } = call;
  const [a, b] = opened.ends;
  const rules = opened.settings.fold.links;
  const unlinking = { who: caller.name || caller.id, reason: body.reason };
  const linking = { profiles: deps.profiles, rules, now: deps.now, backoff: deps.backoff };
  const without = withoutLink(opened.item, [a, b], unlinking, linking);
  if (without.outcome === 'not-linked') return NOT_LINKED;
  const preview = previewUnlink(await routedPerson(opened, deps), without.item, {
    evaluation: opened.settings.evaluation,
    route: opened.settings.route,
    now: deps.now(),
  });
  const isDone = query.dryRun !== 'true' && (await unlink(a, b, unlinking, linking)).outcome === 'withdrawn';
  if (query.dryRun !== 'true' && !isDone) return NOT_LINKED;
  return {
    status: 200,
    body: {
      isDone,
      profiles: preview.profiles.map(({ identities, entered, left }) => ({
        identities: identities.map((key) => opened.identity(key)),
        ...{ entered, left },
      })),
      destinations: preview.destinations,
      stillLinkedBy: without.remaining.map((link) => ({ a: opened.identity(link.a), b: opened.identity(link.b) })),
    },
  };
}

/** `POST /{reference}/relink`: links two identities again that were unlinked. */
export async function relinkIdentities(call: LinkCall): Promise<HttpAnswer> {
  const opened = await openEnds(call);
  if ('status' in opened) return opened;
  const { profiles, now, backoff } = call.deps;
  const [a, b] = opened.ends;
  const outcome = await relink(a, b, { profiles, rules: opened.settings.fold.links, now, backoff });
  if (outcome === 'linked') return { status: 200, body: { isDone: true } };
  const detail =
    outcome === 'apart'
      ? 'The two were never linked: send a record that names both'
      : 'The linking rules do not allow this link: two values of a unique namespace would meet, or the graph is full';
  return problem(FAMILY, 409, detail);
}

async function openEnds(
  call: LinkCall,
): Promise<(Opened & { readonly ends: readonly [IdentityKey, IdentityKey] }) | HttpAnswer> {
  const opened = await openProfile(call, 'identities');
  if ('status' in opened) return opened;
  const [a, b] = [opened.keyOf(call.body.a), opened.keyOf(call.body.b)];
  if (a === undefined || b === undefined || a === b) {
    return problem(FAMILY, 400, 'a and b: expected the ids of two identities of the graph');
  }
  if (!opened.profile.identities.includes(a) && !opened.profile.identities.includes(b)) {
    return problem(FAMILY, 400, 'a and b: neither is an identity of this person');
  }
  return { ...opened, ends: [a, b] };
}

const NOT_LINKED = problem(FAMILY, 409, 'There is no link between the two; they may be on one profile through others');
