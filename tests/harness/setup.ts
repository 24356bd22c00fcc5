import fc from 'fast-check';
import { runs } from './runs.ts';

/** Of properties that do not say how often they are tried. */
fc.configureGlobal(runs(0.5, 100));
