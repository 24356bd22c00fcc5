import type { MetricName } from '#core/contract/metrics.ts';

/** Adds to a counter of the running function. */
export interface Metrics {
  count(name: MetricName, value: number, dimension?: { readonly [name: string]: string }): void;
}
