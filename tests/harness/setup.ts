import fc from 'fast-check';
import { runs } from './runs.ts';

/** Given, the cases of all properties are the same each time; else they are others each time. */
const seed = process.env.TRIBUTARY_SEED;

/** Of properties that do not say how often they are tried. */
fc.configureGlobal({ ...runs(0.5, 100), ...(seed !== undefined && { seed: Number(seed) }) });
