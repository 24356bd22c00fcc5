import type { Failure } from './destination-type.ts';

/** One thing that was tried of a destination, without changing anything there. */
export interface ProbeStep {
  /** `receiver`: what is written to is there, and as the catalog says. */
  readonly step: 'secret' | 'credentials' | 'receiver' | 'permission';
  /** `unknown`: asked, and who was asked does not say. */
  readonly outcome: 'ok' | 'failed' | 'unknown' | 'not-tried';
  /** Why, in a word or a sentence: nothing of the secret. */
  readonly reason?: string;
  /** The vendor's words, without anything of the secret. */
  readonly detail?: string;
}

export const OK_SECRET: ProbeStep = { step: 'secret', outcome: 'ok' };

/** Whoever reads a stream or a folder would see what is written to try it. */
export const MAY_WRITE_NOT_TRIED: ProbeStep = {
  step: 'permission',
  outcome: 'not-tried',
  reason: 'may-write-would-be-seen',
};

/** What was tried and failed, with why. */
export const failedStep = (step: ProbeStep['step'], reason: string, detail = ''): ProbeStep => ({
  step,
  outcome: 'failed',
  reason,
  ...(detail !== '' && { detail }),
});

/** Who may write to something need not be allowed to look at it: that it may not says nothing. */
const MAY_NOT_LOOK = /AccessDenied|NotAuthorized|AuthorizationError/;

/** @param failure of a look at the receiver */
export function receiverStep(failure: Pick<Failure, 'reason'> | undefined): ProbeStep {
  if (!failure) return { step: 'receiver', outcome: 'ok' };
  if (MAY_NOT_LOOK.test(failure.reason)) return { step: 'receiver', outcome: 'unknown', reason: 'may-not-look' };
  return failedStep('receiver', failure.reason);
}
