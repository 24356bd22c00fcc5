import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Worked cases of linking rules that lie beside the checkout in CI; they are no part of the repository. */
const CASES = join('..', 'shared', 'reference', 'identity-cases.json');

export interface IdentityCase {
  readonly id: string;
  readonly title: string;
  /** Strongest first. */
  readonly namespacePriority: readonly string[];
  readonly uniqueNamespaces: readonly string[];
  /** Each the identities that one event names, as `NS:value`. */
  readonly events: readonly (readonly string[])[];
  readonly expectedGraphs: readonly (readonly string[])[];
  readonly identitiesWithoutGraph: readonly string[];
}

export const identityCases: readonly IdentityCase[] = existsSync(CASES)
  ? (JSON.parse(readFileSync(CASES, 'utf8')) as IdentityCase[])
  : [];
if (identityCases.length === 0) console.warn(`${CASES} is absent: its cases are not run`);

/** Graphs in one order, whatever order they were found in. */
export const sortedGraphs = (graphs: readonly (readonly string[])[]): string[][] =>
  graphs.map((graph) => [...graph].sort()).sort((x, y) => (x[0]! < y[0]! ? -1 : 1));
