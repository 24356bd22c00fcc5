import { isObject } from '#core/util/is-object.ts';
import type { DatastreamDefinition } from './definition.ts';
import { type EdgeProblem, edgeProblem } from './problem.ts';

const PATH = ['com_adobe_experience_platform', 'datasets', 'event', 'datasetId'] as const;

/**
 * The dataset that a call's events go to: the datastream's, or the one that the call asks for and may have.
 * @returns the error where it asks for anything else
 */
export function eventDatasetOf(
  { eventDataset, overrides }: DatastreamDefinition,
  asked: Readonly<Record<string, unknown>> | undefined,
): string | EdgeProblem {
  if (asked === undefined || Object.keys(asked).length === 0) return eventDataset;
  const id = onlyValueAt(asked, PATH);
  if (typeof id !== 'string') return edgeProblem('0113-400', `Only ${PATH.join('.')} can be overridden`);
  if (id === eventDataset || overrides?.eventDatasets.includes(id)) return id;
  return edgeProblem(
    '0113-400',
    'The datastream does not allow this dataset; its definition lists those it does (overrides)',
  );
}

/** What stands at a path, where nothing else stands beside it. */
function onlyValueAt(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (!isObject(here) || Object.keys(here).length !== 1 || !Object.hasOwn(here, name)) return undefined;
    here = here[name];
  }
  return here;
}
