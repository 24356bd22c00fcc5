import { z } from 'zod';
import { classifyOutcome, type ErrorClass, type HttpOutcome, reasonOf } from '#core/activation/error-class.ts';

/** What a collection server made of a call. */
export type DcsResult =
  | {
      readonly outcome: 'accepted';
      /** Codes of ids that it ignored; the rest of the call counts. */
      readonly ignored: readonly number[];
    }
  /** The device has opted out: nothing was stored, and nothing will be (aep.md §7.5). */
  | { readonly outcome: 'optedOut'; readonly reason: string }
  | { readonly outcome: ErrorClass; readonly reason: string };

/** What the error codes mean (aam/dcs-error-codes). Codes that are not listed are warnings about single ids. */
const CODES: readonly { readonly meaning: ErrorClass | 'optedOut'; readonly codes: ReadonlySet<number> }[] = [
  // Host or organisation unknown, referer or token rejected.
  { meaning: 'stop', codes: new Set([1, 2, 100, 109, 111]) },
  // Unspecified, traits not evaluated, or the profile could not be read just now.
  { meaning: 'retry', codes: new Set([0, 10, 200, 201, 202, 203, 204, 205]) },
  // The call's ids are invalid or blocked, or the whole request was disregarded.
  { meaning: 'drop', codes: new Set([101, 102, 104, 307, 311]) },
  { meaning: 'optedOut', codes: new Set([171, 172, 173, 198, 199]) },
];

/** An id of the call was ignored: for a device that is named by `d_cid` this may be the device itself. */
const INVALID_DEVICE = new Set([306, 312]);

const answer = z.looseObject({
  dcs_region: z.number().optional(),
  errors: z.array(z.looseObject({ code: z.coerce.number() })).optional(),
});

/**
 * Reads the answer to an `/event` call made with `d_rtbd=json` (aep.md §7.5).
 * @param device how the call named the device: an advertising id that the server calls invalid is the whole call
 */
export function readDcsResponse(response: HttpOutcome, device: 'd_mid' | 'd_cid'): DcsResult {
  const failed = classifyOutcome(response);
  if (failed) return { outcome: failed, reason: reasonOf(response) };
  const parsed = answer.safeParse(response.kind === 'response' ? parseJson(response.body) : undefined);
  // A collection server answers in JSON. What does not is something else in its place.
  if (!parsed.success) return { outcome: 'retry', reason: 'no-dcs-answer' };

  const codes = (parsed.data.errors ?? []).map(({ code }) => code);
  for (const { meaning, codes: known } of CODES) {
    const code = codes.find((candidate) => known.has(candidate));
    if (code !== undefined) return { outcome: meaning, reason: `dcs-${code}` };
  }
  const deviceCode = device === 'd_cid' ? codes.find((code) => INVALID_DEVICE.has(code)) : undefined;
  if (deviceCode !== undefined) return { outcome: 'drop', reason: `dcs-${deviceCode}` };
  return { outcome: 'accepted', ignored: codes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
