import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { StageConfig } from '#lib/config/schema.ts';

/**
 * The kinds of alarms there are. Each is a heading of docs/runbook.md, written `tributary-<stage>-` and this pattern;
 * an alarm's name is the same with the angle brackets filled in.
 */
export const ALARM_PATTERNS = [
  'landing-dead-letters',
  'validation-dead-letters',
  'chunks-dead-letters',
  '<job>-dead-letters',
  'compaction-dead-letters',
  'reverts-dead-letters',
  'reroutes-dead-letters',
  'late-dead-letters',
  'text-events-dead-letters',
  '<lane>-dead-letters',
  '<function>-failures',
  'schedules-failures',
  '<queue>-age',
  '<function>-iterator-age',
  '<function>-errors',
  '<function>-throttles',
  'account-concurrency',
  '<table>-read-throttles',
  '<table>-write-throttles',
  '<table>-system-errors',
  'collection-stream-read-throttles',
  'collection-stream-write-throttles',
  '<endpoint>-server-errors',
  '<endpoint>-latency',
  'split-files-rejected',
  '<function>-batches-failed',
  '<function>-records-rejected',
  'evaluate-partition-memberships-repaired',
  'count-counts-repaired',
  'destinations-held',
  'sign-in-expired',
  'texts-unknown',
] as const;
export type AlarmPattern = (typeof ALARM_PATTERNS)[number];

export interface AlarmSpec {
  readonly pattern: AlarmPattern;
  /** What stands for the part in angle brackets, if the pattern has one. */
  readonly subject?: string;
  readonly metric: IMetric;
  /** It rings when the metric is at or above this value … */
  readonly threshold: number;
  /** … in that many periods in a row. @default 1 */
  readonly periods?: number;
  /** One sentence that says what happened. */
  readonly says: string;
}

/** The heading of the runbook, as a web page links to it. */
const anchor = (pattern: AlarmPattern): string => `tributary-stage-${pattern.replaceAll(/[<>]/g, '')}`;

const RUNBOOK_PATH = 'docs/runbook.md';

/** Where the runbook of a stage is read: an address, or its path in the repository where the stage has none. */
export const runbookOf = ({ runbookUrl }: Pick<StageConfig, 'runbookUrl'>): string => runbookUrl ?? RUNBOOK_PATH;

/** Makes the alarms of one stage, so that each has a name, a runbook heading and somebody who is told. */
export class Alarms {
  readonly #config: StageConfig;
  readonly topic: ITopic | undefined;

  constructor(config: StageConfig, topic: ITopic | undefined) {
    this.#config = config;
    this.topic = topic;
  }

  add(scope: Construct, id: string, spec: AlarmSpec): Alarm {
    const subject = spec.pattern.replace(/<\w+>/, () => {
      if (spec.subject === undefined) throw new Error(`Alarm pattern "${spec.pattern}" needs a subject`);
      return spec.subject;
    });
    const alarm = new Alarm(scope, id, {
      alarmName: `tributary-${this.#config.stage}-${subject}`,
      alarmDescription: `${spec.says} What to do: ${runbookOf(this.#config)}#${anchor(spec.pattern)}`,
      metric: spec.metric,
      threshold: spec.threshold,
      evaluationPeriods: spec.periods ?? 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.topic !== undefined) alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }
}
