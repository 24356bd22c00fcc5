import type { z } from 'zod';
import type { IdType } from '#core/identity/definition.ts';
import type { LinkingRules } from '#core/identity/linking-rules.ts';
import { rulesOf, type Simulation, simulate, simulationInput } from '#core/identity/simulate.ts';
import { parseInput } from './input.ts';

export type { IdType } from '#core/identity/definition.ts';
export type { GraphRejection } from '#core/identity/eligibility.ts';
export type { Simulation } from '#core/identity/simulate.ts';
export { type Identity, type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
export { InputError, type InputProblem } from './input.ts';

/** The linking rules: which namespaces are strong, and of which a graph has one value only (aep.md §3.2 to §3.4). */
export interface LinkingSettings {
  /** Codes of namespaces, strongest first. Those that are not named come after these. */
  readonly namespacePriority: readonly string[];
  /** Namespaces of which one graph has at most one identity. */
  readonly uniqueNamespaces: readonly string[];
  /** The most identities in one graph. @default 50 */
  readonly limit?: number;
  /** What namespaces of your own identify. @default `CROSS_DEVICE`, and the known types of the standard namespaces */
  readonly namespaceTypes?: Readonly<Record<string, IdType>>;
}

/** Identities that were seen together, each as `NAMESPACE:value`. Without `at` an event follows the one before it. */
export type IdentityEvent =
  | readonly string[]
  | {
      /** Epoch ms, or ISO 8601. */
      readonly at?: number | string;
      readonly identities: readonly string[];
    };

/** What a simulation takes into account. */
export interface SimulationOptions {
  /**
   * `checked`: identities that the platform rejects by their value are left out, such as an ECID that has not 38 digits or
   * the text "null" (aep.md §3.3). @default `unchecked`
   */
  readonly values?: 'checked' | 'unchecked';
}

/**
 * The identity graphs that a sequence of events ends in.
 * @returns graphs, identities without one, links that the rules removed, and events that were not linked completely
 * @throws InputError where settings or events do not have their shape
 */
export function simulateGraphs(
  settings: LinkingSettings,
  events: readonly IdentityEvent[],
  { values = 'unchecked' }: SimulationOptions = {},
): Simulation {
  return simulate(parseSettings(settings, events), values);
}

/** The linking rules of settings, with the rules for single values. @throws InputError */
export const linkingRules = (settings: LinkingSettings): LinkingRules =>
  rulesOf(parseSettings(settings, []), 'checked');

const parseSettings = (settings: LinkingSettings, events: readonly IdentityEvent[]): z.output<typeof simulationInput> =>
  parseInput(simulationInput, { ...settings, events }, 'The linking settings or events');
