import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionName } from '#core/contract/functions.ts';
import { METRICS, type MetricName } from '#core/contract/metrics.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import { runbookOf } from './alarms.ts';
import type { LaneQueue } from './delivery-lane.ts';
import { countedBy } from './rejection-alarms.ts';
import type { TributaryFunction } from './tributary-function.ts';

const FULL_WIDTH = 24;
const HALF_WIDTH = 12;

export interface DashboardProps {
  readonly config: StageConfig;
  readonly functions: readonly TributaryFunction[];
  readonly streamReaders: readonly TributaryFunction[];
  readonly lanes: readonly LaneQueue[];
}

/** One page that follows a record through the platform: ingested, decided on, sent out, and what went wrong. */
export function addDashboard(scope: Construct, id: string, props: DashboardProps): Dashboard {
  const { config, functions, streamReaders, lanes } = props;
  const { stage } = config;
  const counted = (name: FunctionName, metrics: readonly MetricName[]): IMetric[] =>
    metrics.map((metric) => countedBy(stage, name, metric));
  const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: HALF_WIDTH });

  const dashboard = new Dashboard(scope, id, { defaultInterval: Duration.hours(6) });
  dashboard.addWidgets(
    new TextWidget({
      markdown: `# Tributary ${stage}\nAlarms and what to do: ${runbookOf(config)}`,
      width: FULL_WIDTH,
    }),
  );
  const outcomes = [METRICS.recordsAccepted, METRICS.recordsRejected, METRICS.recordsDuplicate];
  dashboard.addWidgets(
    graph('Records of the stream', counted('stitch-stream', outcomes)),
    graph('Records of files', counted('stitch-chunk', outcomes)),
  );
  const changes = [METRICS.membershipsEntered, METRICS.membershipsExited];
  dashboard.addWidgets(
    graph('Memberships that changed with a record', counted('evaluate', changes)),
    graph('Memberships that changed with time', counted('reevaluate-due', changes)),
  );
  dashboard.addWidgets(
    graph('Memberships that changed with the evaluation of all', counted('evaluate-partition', changes)),
    graph('Memberships that streaming had missed', counted('evaluate-partition', [METRICS.membershipsRepaired])),
  );
  dashboard.addWidgets(
    graph('Deliveries', counted('route', [METRICS.deliveriesQueued, METRICS.deliveriesExcluded])),
    graph(
      'Waiting for delivery',
      lanes.map(({ id: lane, work }) => work.queue.metricApproximateNumberOfMessagesVisible({ label: lane })),
    ),
  );
  dashboard.addWidgets(
    graph(
      'Objects of the lake, before and after compaction',
      counted('compact-lake', [METRICS.lakeObjectsBefore, METRICS.lakeObjectsAfter]),
    ),
    graph(
      'Bytes of the lake, before and after compaction',
      counted('compact-lake', [METRICS.lakeBytesBefore, METRICS.lakeBytesAfter]),
    ),
  );
  dashboard.addWidgets(
    graph(
      'Behind the streams (ms)',
      streamReaders.map(({ function: reader, label }) => reader.metric('IteratorAge', { statistic: 'Maximum', label })),
    ),
    graph(
      'Errors',
      [...functions, ...lanes.map(({ deliver }) => deliver)].map((made) =>
        made.function.metricErrors({ label: made.label }),
      ),
    ),
  );
  return dashboard;
}
