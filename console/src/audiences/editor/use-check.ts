import { useEffect, useRef, useState } from 'react';
import { ApiError } from '#console/api/api-error.ts';
import { call } from '#console/api/call.ts';
import type { RuleCheck } from '../model.ts';

/** So long after the last change the rule is counted. */
const DEBOUNCE_MS = 400;

export interface Checked {
  /** What was counted last, also where that was of the rule before. */
  readonly last: RuleCheck | undefined;
  /** Of the rule as it is: its mistakes and doubts. */
  readonly current: RuleCheck | undefined;
  readonly isUpdating: boolean;
  readonly error: ApiError | undefined;
}

/**
 * Has the stage check and count a rule, a moment after it was changed; a count that is running is given up.
 * @param pql undefined: there is nothing that could be counted
 */
export function useCheck(pql: string | undefined, mergePolicyId: string | undefined): Checked {
  const [answer, setAnswer] = useState<{ readonly of: string; readonly check: RuleCheck }>();
  const [error, setError] = useState<ApiError>();
  const counted = useRef<RuleCheck>(undefined);
  useEffect(() => {
    setError(undefined);
    if (pql === undefined || pql.trim() === '') return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const body = { pql, ...(mergePolicyId !== undefined && { mergePolicyId }) };
        const { data } = await call('POST /tributary/audiences/rules/check', { body, signal: stop.signal });
        if (data.estimate) counted.current = data;
        setAnswer({ of: pql, check: data });
      } catch (failure) {
        if (!stop.signal.aborted && failure instanceof ApiError) setError(failure);
      }
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [pql, mergePolicyId]);
  const isCurrent = answer !== undefined && answer.of === pql;
  const isAsked = pql !== undefined && pql.trim() !== '';
  return {
    last: counted.current,
    current: isCurrent ? answer.check : undefined,
    isUpdating: isAsked && !isCurrent && !error,
    error,
  };
}
