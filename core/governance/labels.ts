import { isAssignment, type LabelDefinition } from './definition.ts';

/** The labels that are built in (aep.md §6.7): contract, identity, sensitive, and those of the partner ecosystem. */
export const CORE_LABELS: readonly string[] = [
  ...Array.from({ length: 12 }, (_, index) => `C${index + 1}`),
  'I1',
  'I2',
  'S1',
  'S2',
  'PSPD',
  'RHD',
  'Third-Party',
];

/** Data with this label leaves the platform for no purpose. */
export const NO_EXPORT = 'C12';
/** On every segment whose merge policy stitches by the private graph. */
export const STITCHED = 'C10';

const INCLUDES: Readonly<Record<string, readonly string[]>> = { C4: ['C5', 'C6', 'C7'] };

/** A label and those it includes. */
export const withIncluded = (label: string): readonly string[] => [label, ...(INCLUDES[label] ?? [])];

/** All labels there are: the built-in ones and the company's own. */
export const knownLabels = (definitions: readonly LabelDefinition[]): ReadonlySet<string> =>
  new Set([...CORE_LABELS, ...definitions.flatMap((one) => (isAssignment(one) ? [] : [one.name]))]);
