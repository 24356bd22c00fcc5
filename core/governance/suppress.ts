import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { Identity } from '#core/record/identity.ts';
import {
  type Digests,
  isOfPerson,
  readmittedAt,
  type SuppressionEntry,
  type SuppressionList,
  type SuppressionSettings,
  type Suppressions,
} from './suppression.ts';

/** What is asked of a record before anything of it is written. */
export interface SuppressionCandidate {
  readonly datasetId: string;
  readonly identities: readonly Identity[];
  /** Epoch ms. */
  readonly time: number;
  /** Epoch ms. */
  readonly receivedAt: number;
}

export interface Suppress {
  /** @returns the places of those that are not to be ingested, and nothing of which is to be written */
  records(candidates: readonly SuppressionCandidate[]): Promise<ReadonlySet<number>>;
  /** @returns the places of the texts that name a suppressed identity as a word: of what could not be read as a record */
  texts(texts: readonly string[]): Promise<ReadonlySet<number>>;
}

export interface SuppressDeps extends Backoff {
  /** The list as this function knows it: some seconds old. */
  known(): Promise<SuppressionList>;
  readonly suppressions: Suppressions;
  digests(): Promise<Digests>;
  readonly settings: SuppressionSettings;
}

const NONE: ReadonlySet<number> = new Set();

/** Where nobody is suppressed. */
export const SUPPRESS_NOBODY: Suppress = { records: async () => NONE, texts: async () => NONE };

/**
 * Which records name a suppressed identity. The list in memory is asked for all of them; where it has one, the list is read
 * anew, so that nothing is kept out any more once its identity was readmitted. The other way round, a function that has not
 * yet seen an entry lets a record pass for some seconds: the deletion looks again after every such call has ended.
 */
export function createSuppress(deps: SuppressDeps): Suppress {
  return {
    async records(candidates) {
      const known = await deps.known();
      if (known.size === 0) return NONE;
      const digestOf = await deps.digests();
      const isHit = (list: SuppressionList) => (candidate: SuppressionCandidate) =>
        entriesOf(candidate, list, digestOf).length > 0;
      if (!candidates.some(isHit(known))) return NONE;
      const list = await deps.suppressions.read();
      const out = new Set<number>();
      for (const [place, candidate] of candidates.entries()) {
        const entries = entriesOf(candidate, list, digestOf);
        if (entries.length === 0) continue;
        if (isStart(candidate, entries, deps.settings)) await readmit(entries, candidate.time - 1, deps);
        else out.add(place);
      }
      return out;
    },
    async texts(texts) {
      const known = await deps.known();
      if (known.size === 0) return NONE;
      const digestOf = await deps.digests();
      const namespaces = deps.settings.namespaces.filter((namespace) => isOfPerson({ namespace }, deps.settings));
      const isSuppressed = (word: string): boolean =>
        namespaces.some((namespace) => known.find(digestOf({ namespace, value: word }))?.mode === 'always');
      return new Set(texts.flatMap((text, place) => (wordsIn(text).some(isSuppressed) ? [place] : [])));
    },
  };
}

const WORD_BREAK = /[\s,;:|"'=&?#{}[\]()<>\\]+/;
/** Words of one text that are asked for, besides all that look like an address or a telephone number. */
const MAX_WORDS = 64;

function wordsIn(text: string): string[] {
  const words = [...new Set(text.split(WORD_BREAK))].filter((word) => word.length > 1);
  return words.filter((word, place) => place < MAX_WORDS || word.includes('@') || word.startsWith('+'));
}

function entriesOf(
  { identities, time, receivedAt }: SuppressionCandidate,
  list: SuppressionList,
  digestOf: Digests,
): SuppressionEntry[] {
  return identities.flatMap((identity) => {
    const entry = list.find(digestOf(identity));
    return entry && (entry.mode === 'always' || time <= entry.at || receivedAt <= entry.at) ? [entry] : [];
  });
}

/**
 * A new start that the person has agreed to: it has happened after the deletion, and says itself when. One without a time of
 * its own, or with one that is still to come, may be an old record that is sent again.
 */
const isStart = (
  { datasetId, time, receivedAt }: SuppressionCandidate,
  entries: readonly SuppressionEntry[],
  { isConsentedStart }: SuppressionSettings,
): boolean =>
  isConsentedStart(datasetId) && time < receivedAt && entries.every(({ at, mode }) => mode === 'always' && time > at);

/** Ends the suppression of identities: what is of that instant or before stays out. */
export async function readmit(
  entries: readonly Pick<SuppressionEntry, 'digest'>[],
  at: number,
  { suppressions, backoff }: Pick<SuppressDeps, 'suppressions' | 'backoff'>,
): Promise<void> {
  const changes = new Map(entries.map(({ digest }) => [digest, readmittedAt(digest, at)]));
  await retryOnConflict(() => suppressions.change(changes), { backoff });
}
