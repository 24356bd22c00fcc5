import type { Clock } from '#core/ports/clock.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { AudienceCreation, AudienceKey, Failure, RequestDestination } from '../destination-type.ts';
import type { HttpOutcome } from '../error-class.ts';
import type { HttpRequest } from '../http/client.ts';
import { failed as failure } from '../item-results.ts';
import type { AudienceIds } from '../ports/audience-ids.ts';
import type { ProfileDestination } from '../registry.ts';
import type { Addressed, Exchange } from './exchange.ts';
import type { Turns } from './turns.ts';

/** So long one function may take to make an audience before another one tries. */
const CLAIM_MS = 60_000;
/** How soon those come again whose audience another function is making. */
const MADE_ELSEWHERE_MS = 5_000;

interface World extends Addressed {
  readonly turns: Turns;
  readonly exchange: Exchange;
}

const nameOf = ({ segmentId, kind }: AudienceKey): string => `${segmentId}\n${kind}`;

/** The audiences at a vendor that some deliveries are about. */
export interface AudienceFinder {
  /** The vendor's id, once it was provided or where the catalog names it. */
  known(segmentId: string, kind?: string): string | undefined;
  /** Finds or makes what deliveries need. @returns why a delivery can't have it, in order */
  provide(deliveries: readonly ProfileDelivery[], world: World): Promise<(Failure | undefined)[]>;
}

/** Finds the vendor's audiences of one destination: those the catalog names, those made before, and new ones. */
export function createAudienceFinder(
  destination: ProfileDestination,
  type: RequestDestination<ProfileDestination>,
  deps: { readonly audienceIds: AudienceIds; readonly now: Clock },
): AudienceFinder {
  const ids = new Map<string, string>();
  const { audiences } = type;

  const given = (key: AudienceKey): string | undefined => ids.get(nameOf(key)) ?? audiences?.given(key, destination);

  /** Every audience a delivery may speak of; those that it must have are made. */
  const look = async (key: AudienceKey, isNeeded: boolean, world: World): Promise<Failure | undefined> => {
    if (given(key) !== undefined) return undefined;
    const stored = await deps.audienceIds.get(destination.id, key);
    if (stored !== undefined) ids.set(nameOf(key), stored);
    if (stored !== undefined || !isNeeded) return undefined;
    if (!(await deps.audienceIds.claim(destination.id, key, deps.now() + CLAIM_MS))) {
      return { ...failure('wait', 'audience-in-making'), until: deps.now() + MADE_ELSEWHERE_MS };
    }
    const made = await findOrCreate(key, world);
    if ('reason' in made) {
      await deps.audienceIds.release(destination.id, key);
      return made;
    }
    await deps.audienceIds.put(destination.id, key, made.id);
    ids.set(nameOf(key), made.id);
    return undefined;
  };

  const ask = async <T extends object>(
    request: HttpRequest,
    read: (outcome: HttpOutcome) => T | Failure,
    world: World,
  ): Promise<T | Failure> => {
    const held = await world.turns.next();
    if (held) return held;
    const outcome = await world.exchange(request, world);
    if (!('kind' in outcome)) return outcome;
    const answer = read(outcome);
    if ('errorClass' in answer) world.turns.note(outcome, [answer]);
    return answer;
  };

  const findOrCreate = async (key: AudienceKey, world: World): Promise<{ readonly id: string } | Failure> => {
    const { find, found, create, created } = audiences!;
    if (find && found) {
      const there = await ask(
        find(key, destination, world.context),
        (outcome) => found(outcome, key, destination),
        world,
      );
      if ('reason' in there) return there;
      if (there.id !== undefined) return { id: there.id };
    }
    return ask(create(key, destination, world.context), (outcome) => created(outcome, key, destination), world);
  };

  /** What was looked up already. */
  const looked = new Set<string>();
  /** Why audiences can't be had. */
  const failed = new Map<string, Failure>();

  const provideFor = async (
    delivery: ProfileDelivery,
    { needed: neededBy, spokenOf }: AudienceCreation<ProfileDestination>,
    world: World,
  ): Promise<Failure | undefined> => {
    const needed = neededBy?.(delivery, destination) ?? entered(delivery);
    const others = (spokenOf?.(delivery, destination) ?? changed(delivery)).filter((key) => !looked.has(nameOf(key)));
    for (const key of others) {
      looked.add(nameOf(key));
      await look(key, false, world);
    }
    for (const key of needed) {
      if (given(key) !== undefined) continue;
      const why = failed.get(nameOf(key)) ?? (await look(key, true, world));
      if (!why) continue;
      failed.set(nameOf(key), why);
      return why;
    }
    return undefined;
  };

  return {
    known: (segmentId, kind = '') => given({ segmentId, kind }),
    provide: async (deliveries, world) => {
      if (!audiences) return deliveries.map(() => undefined);
      const failures: (Failure | undefined)[] = [];
      for (const delivery of deliveries) failures.push(await provideFor(delivery, audiences, world));
      return failures;
    },
  };
}

const entered = ({ changes }: ProfileDelivery): AudienceKey[] =>
  changes.flatMap(({ segmentId, status }) => (status === 'realized' ? [{ segmentId, kind: '' }] : []));
const changed = ({ changes }: ProfileDelivery): AudienceKey[] =>
  changes.map(({ segmentId }) => ({ segmentId, kind: '' }));
