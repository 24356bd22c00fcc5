import type { Bundle } from './bundle.ts';
import { dangling } from './dangling-references.ts';
import { Explainer } from './explain.ts';
import { traitsOf } from './node-traits.ts';
import { MAX_STEPS, Steps, TooComplexError } from './steps.ts';
import { rejectUnbounded } from './unbounded-recursion.ts';
import { TOO_COMPLEX, toViolations, type Violation } from './violations.ts';
import { Visits, type VisitsOptions } from './visits.ts';
import { splitWide } from './wide.ts';

/** What a schema has against a value: nothing, for one that fits. */
export interface Validate {
  (value: unknown): readonly Violation[];
  /** Whether it has nothing against a value, without finding out what. */
  fits(value: unknown): boolean;
}

/** What is the best for real schemas; tests try others. */
export interface CompileOptions extends VisitsOptions {
  /** Of the parts of a schema, so many are compiled together. @default 100 */
  readonly maxBeside?: number;
}

const NONE: readonly Violation[] = [];

/**
 * Makes a schema ready for use. Values that fit, which most do, are looked at by a validator that stops at the first
 * fault and makes no messages; only one that does not fit is looked at again for all its faults.
 *
 * Schemas and values are written by others: patterns run in linear time, nothing in a schema is run as code, and a value
 * takes no more than schema times value, and never more than {@link MAX_STEPS}: one that would has this against it, with
 * the keyword `too-complex`.
 * @throws Error saying what is wrong, for a pattern that can't run in linear time; SchemaError for a schema that refers to
 * itself without end
 */
export function compileBundle(given: Bundle, options: CompileOptions = {}): Validate {
  rejectUnbounded(given);
  const bundle = splitWide(given, options.maxBeside);
  const steps = new Steps();
  const met: Violation[] = [];
  const traits = traitsOf(bundle);
  const visits = new Visits(bundle, traits, steps, [dangling(met)], options);
  let explainer: Explainer | undefined;
  const isFitting = (value: unknown): boolean => {
    met.length = 0;
    steps.restart();
    return visits.fits(bundle.root, value) && met.length === 0;
  };
  const fits = (value: unknown): boolean => {
    try {
      return isFitting(value);
    } catch (error) {
      if (isTooComplex(error)) return false;
      throw error;
    } finally {
      visits.forget();
    }
  };
  const validate = (value: unknown): readonly Violation[] => {
    try {
      if (isFitting(value)) return NONE;
      steps.restart();
      visits.remember();
      explainer ??= new Explainer(bundle, traits, steps, visits, [dangling(met)]);
      return toViolations(explainer.explain(bundle.root, value), met);
    } catch (error) {
      if (isTooComplex(error)) return TOO_COMPLEX_ONLY;
      throw error;
    } finally {
      visits.forget();
      explainer?.forget();
    }
  };
  return Object.assign(validate, { fits });
}

const TOO_COMPLEX_ONLY: readonly Violation[] = [
  { pointer: '', keyword: TOO_COMPLEX, expected: `a record of at most ${MAX_STEPS} steps`, found: 'more steps' },
];

/** Levels of the record times levels of the schema may be more than there is room for on the stack. */
const isTooComplex = (error: unknown): boolean => error instanceof TooComplexError || error instanceof RangeError;
