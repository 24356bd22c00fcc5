import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type EnvironmentVariables, type FunctionName, readEnvironment } from '#core/contract/functions.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from './alarms.ts';
import { bundle } from './bundle.ts';

export interface TributaryFunctionProps<F extends FunctionName> {
  readonly config: StageConfig;
  readonly alarms: Alarms;
  readonly name: F;
  /** Says which one it is where several functions share a name: the delivery lane's id. */
  readonly lane?: string;
  readonly description: string;
  /** Checked against the schema that the function reads it with. */
  readonly environment: EnvironmentVariables<F>;
}

/** A Lambda function of `core/contract/functions.ts`: its bundle, its log, its alarms. It may do nothing until granted. */
export class TributaryFunction<F extends FunctionName = FunctionName> extends Construct {
  readonly function: LambdaFunction;
  /** What requests are sent to: the copies that the stage keeps started, where it does, else the function. */
  readonly entry: IFunction;
  /** As alarms and the `functions` handle call it: the function's name, with the delivery lane where there are several. */
  readonly label: string;

  constructor(scope: Construct, id: string, props: TributaryFunctionProps<F>) {
    super(scope, id);
    const { config, name } = props;
    const size = config.functions[name];
    this.label = props.lane === undefined ? name : `${name}/${props.lane}`;
    readEnvironment(name, props.environment);

    const logGroup = new LogGroup(this, 'Log', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role of our own: the one the CDK makes has a policy of AWS that allows writing to any log.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);

    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: bundle(name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: config.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      memorySize: size.memoryMb,
      timeout: Duration.seconds(size.timeoutSeconds),
      ...(size.reservedConcurrency !== undefined && { reservedConcurrentExecutions: size.reservedConcurrency }),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: config.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
    });
    const started = name === 'edge' ? config.edge.provisionedConcurrency : undefined;
    this.entry = started === undefined ? this.function : this.#keepStarted(started);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'dynamodb:ListStreams and the two actions of X-Ray have no resource to name; ' +
        'tests/infra/permissions.test.ts rejects any other action on "*".',
    });
    this.#addAlarms(props.alarms);
  }

  /** A version of its own with every deployment, under a name that stays. */
  #keepStarted(copies: number): IFunction {
    // The classes say "undefined" where their interfaces say "absent"; TypeScript tells the two apart, the CDK does not.
    return new Alias(this, 'Started', {
      aliasName: 'started',
      version: this.function.currentVersion as IVersion,
      provisionedConcurrentExecutions: copies,
    }) as IFunction;
  }

  #addAlarms(alarms: Alarms): void {
    const subject = this.label.replace('/', '-');
    alarms.add(this, 'ErrorsAlarm', {
      pattern: '<function>-errors',
      subject,
      metric: this.function.metricErrors({ period: Duration.minutes(5) }),
      threshold: 1,
      says: `Function "${this.label}" ended with an error.`,
    });
    alarms.add(this, 'ThrottlesAlarm', {
      pattern: '<function>-throttles',
      subject,
      metric: this.function.metricThrottles({ period: Duration.minutes(5) }),
      threshold: 1,
      periods: 3,
      says: `Function "${this.label}" has been held back for 15 minutes because too many functions run at once.`,
    });
  }
}
