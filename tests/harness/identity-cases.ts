import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';

/** Worked cases of linking rules (aep.md §3.5). */
const CASES = join('docs', 'reference', 'identity-cases.json');
/** Besides those of the reference. */
const OWN = join('tests', 'fixtures', 'identity-cases.json');

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

const read = (file: string): IdentityCase[] => JSON.parse(readFileSync(file, 'utf8')) as IdentityCase[];

/** The same tests on the cases of the reference and on our own. */
export function describeIdentityCases(name: string, define: (cases: readonly IdentityCase[]) => void): void {
  describe(name, () => define([...read(CASES), ...read(OWN)]));
}

/** Graphs in one order, whatever order they were found in. */
export const sortedGraphs = (graphs: readonly (readonly string[])[]): string[][] =>
  graphs.map((graph) => [...graph].sort()).sort((x, y) => (x[0]! < y[0]! ? -1 : 1));

/** The cases call people by short names, which are no addresses and no hashes: values are compared as they are written. */
export const AS_WRITTEN = Object.fromEntries(
  STANDARD_NAMESPACES.map(({ code }) => [code, { normalize: 'none' as const }]),
);
