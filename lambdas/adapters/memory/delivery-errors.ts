import { hourOf } from '#core/activation/dataflow.ts';
import { type DeliveryError, errorName, mergedErrors } from '#core/activation/errors/delivery-error.ts';
import type { DeliveryErrors } from '#core/activation/ports/delivery-errors.ts';
import { ERROR_SHARDS, ERRORS_PER_SHARD } from '#core/contract/tables.ts';

/** Errors of destinations, in memory: as many of an hour as the table has room for. */
export class MemoryDeliveryErrors implements DeliveryErrors {
  readonly #hours = new Map<string, DeliveryError[]>();

  async add(destinationId: string, at: number, errors: readonly DeliveryError[]): Promise<void> {
    const key = `${destinationId}#${hourOf(at)}`;
    const known = this.#hours.get(key) ?? [];
    const names = new Set(known.map(errorName));
    const fresh = mergedErrors(errors).filter((error) => !names.has(errorName(error)));
    const room = Math.max(0, ERROR_SHARDS * ERRORS_PER_SHARD - known.length);
    const counted = errors.filter((error) => names.has(errorName(error)));
    this.#hours.set(key, mergedErrors([...known, ...counted, ...fresh.slice(0, room)]));
  }

  async list(destinationId: string, from: number, to: number): Promise<DeliveryError[]> {
    return [...this.#hours].flatMap(([key, errors]) => {
      const at = key.lastIndexOf('#');
      const hour = Number(key.slice(at + 1));
      return key.slice(0, at) === destinationId && hour >= hourOf(from) && hour <= to ? errors : [];
    });
  }
}
