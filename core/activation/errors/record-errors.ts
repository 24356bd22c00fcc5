import type { Clock } from '#core/ports/clock.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { Failure } from '../destination-type.ts';
import type { ErrorClass } from '../error-class.ts';
import { readCredentials } from '../http/credentials.ts';
import type { Secrets } from '../http/secrets.ts';
import type { DeliveryErrors } from '../ports/delivery-errors.ts';
import { deliveryError, referenceKey } from './delivery-error.ts';

export interface RecordErrorsDeps {
  readonly deliveryErrors: DeliveryErrors;
  readonly secrets: Secrets;
  readonly now: Clock;
  readonly logFailure: (error: unknown, fields: { readonly destinationId: string; readonly lost: string }) => void;
}

export interface FailedDelivery {
  readonly delivery: ProfileDelivery;
  readonly failure: Failure;
}

/** Who waits may still be delivered; who is skipped was never to be. */
const NO_ERRORS: ReadonlySet<ErrorClass> = new Set(['wait', 'skip']);

/** Most people that one call notes: a vendor that rejects everybody says the same about the others. */
const MAX_NOTED = 50;

/**
 * Notes why people were not taken, for `destination errors`. Who only waits has no error. It never fails: what was delivered
 * is not delivered again because a note could not be made.
 */
export function createErrorRecorder({ deliveryErrors, secrets, now, logFailure }: RecordErrorsDeps) {
  return async (destinationId: string, all: readonly FailedDelivery[]): Promise<void> => {
    const noted = all.filter(({ failure }) => !NO_ERRORS.has(failure.errorClass)).slice(0, MAX_NOTED);
    if (noted.length === 0) return;
    try {
      const key = await keyOf(destinationId, secrets);
      const at = now();
      const errors = noted.map(({ delivery, failure }) => deliveryError(delivery, failure, at, key));
      await deliveryErrors.add(destinationId, at, errors);
    } catch (error) {
      logFailure(error, { destinationId, lost: 'errors of a destination' });
    }
  };
}

/** Where there is no secret, or none that can be read, nobody is delivered and the error is nobody's own. */
async function keyOf(destinationId: string, secrets: Secrets): Promise<string | undefined> {
  try {
    return referenceKey(readCredentials(await secrets(destinationId)));
  } catch {
    return undefined;
  }
}
