import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE } from '#core/contract/metrics.ts';
import type { Metrics } from '#core/ports/metrics.ts';

/**
 * Counters in CloudWatch's embedded metric format, through Powertools; each count is a line of its own, written at once.
 * It is published by stage and function, which is what alarms watch, and once more with its own dimension if it has one.
 */
export function createMetrics(functionName: string, stage: string): Metrics {
  const emit = (name: string, value: number, dimensions: Record<string, string>): void => {
    const metrics = new PowertoolsMetrics({ namespace: METRIC_NAMESPACE });
    // Without this Powertools adds a dimension "service", and alarms would wait for another metric.
    metrics.clearDefaultDimensions();
    metrics.addDimensions(dimensions).addMetric(name, MetricUnit.Count, value).publishStoredMetrics();
  };
  return {
    count(name, value, dimension) {
      if (value === 0) return;
      emit(name, value, { stage, function: functionName });
      if (dimension) emit(name, value, { stage, function: functionName, ...dimension });
    },
  };
}
