/**
 * The location hints of the Edge Network with the number that Audience Manager has for the region and the name that an
 * event's `userActivityRegion` has (docs/reference/aep.md §7.3; the pairing is not published).
 */
const HINTS: Readonly<Record<string, number>> = { va6: 7, or2: 9, irl1: 6, aus3: 8, sgp3: 3, jpn3: 11, ind1: 12 };

export interface EdgeRegion {
  /** `irl1`, as it stands in addresses and in the cluster cookie. */
  readonly hint: string;
  /** `IRL1`, as `userActivityRegion.dataCenterLocation` has it. */
  readonly location: string;
  /** The number of Audience Manager's region. */
  readonly aamRegion: number;
}

/** Whether an address may have it: others are made up. */
export const isHint = (text: string): boolean => Object.hasOwn(HINTS, text);

/** The nearest hint by the beginning of the name of an AWS region; the first that fits. */
const NEAREST: readonly (readonly [prefix: string, hint: string])[] = [
  ['us-west', 'or2'],
  ['us-', 'va6'],
  ['ca-west', 'or2'],
  ['ca-', 'va6'],
  ['mx-', 'va6'],
  ['sa-', 'va6'],
  ['eu-', 'irl1'],
  ['af-', 'irl1'],
  ['me-', 'ind1'],
  ['il-', 'irl1'],
  ['ap-south-', 'ind1'],
  ['ap-northeast', 'jpn3'],
  ['ap-east', 'sgp3'],
  ['ap-southeast-2', 'aus3'],
  ['ap-southeast-4', 'aus3'],
  ['ap-southeast-6', 'aus3'],
  ['ap-', 'sgp3'],
];

/** The edge that a stage in a region of AWS stands for. */
export function edgeRegionOf(awsRegion: string): EdgeRegion {
  const [, hint = 'va6'] = NEAREST.find(([prefix]) => awsRegion.startsWith(prefix)) ?? [];
  return { hint, location: hint.toUpperCase(), aamRegion: HINTS[hint]! };
}
