import type { InvocationContext } from './invocation.ts';

/** What a function's answer means for its batch. */
export type CommitDecision =
  | { readonly outcome: 'succeeded' }
  /** Every item of the batch counts as failed. */
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'partly-failed'; readonly failed: ReadonlySet<string> };

export type Handler = (event: never, context?: InvocationContext) => unknown;

const UNHURRIED: InvocationContext = { getRemainingTimeInMillis: () => Number.POSITIVE_INFINITY };

/** Calls a function and reads its answer as Lambda does for a mapping with or without partial batch responses. */
export async function invoke(
  handler: Handler,
  event: unknown,
  items: ReadonlySet<string>,
  reportsItemFailures: boolean,
  context: InvocationContext = UNHURRIED,
): Promise<CommitDecision> {
  let response: unknown;
  try {
    response = await handler(event as never, context);
  } catch (error) {
    return { outcome: 'failed', error };
  }
  return reportsItemFailures ? readResponse(response, items) : { outcome: 'succeeded' };
}

/**
 * No answer, `null`, and an empty or missing list mean success. A list with an identifier that is empty, misspelt or
 * not of this batch means that the whole batch failed.
 */
function readResponse(response: unknown, items: ReadonlySet<string>): CommitDecision {
  const failures = (response as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (failures === undefined || failures === null) return { outcome: 'succeeded' };
  if (!Array.isArray(failures)) return { outcome: 'failed', error: new Error('batchItemFailures is not a list') };
  const failed = new Set<string>();
  for (const failure of failures as ({ itemIdentifier?: unknown } | null)[]) {
    const identifier = failure?.itemIdentifier;
    if (typeof identifier !== 'string' || !items.has(identifier)) {
      return { outcome: 'failed', error: new Error('batchItemFailures names something that is not in the batch') };
    }
    failed.add(identifier);
  }
  return failed.size === 0 ? { outcome: 'succeeded' } : { outcome: 'partly-failed', failed };
}
