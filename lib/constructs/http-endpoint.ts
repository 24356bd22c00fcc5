import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Host, Route } from '#core/contract/routes.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from './alarms.ts';
import type { TributaryFunction } from './tributary-function.ts';

export interface HttpTarget {
  readonly target: TributaryFunction;
  /** Of the table in `core/contract/routes.ts`. */
  readonly route: Route;
}

/** Answers of 500 and above in five minutes, out of all. */
const SERVER_ERRORS = 5;
/** By which time the slowest of all endpoints has answered 99 of 100 requests. */
const SLOWEST_OF_ALL_MS = 15_000;

/**
 * A host: the address of the functions whose routes it has. One HTTP API with a limit of requests and a log of them, or, where the stage has none, the
 * URLs of the functions themselves. Both hand over the same event.
 */
export class HttpEndpoint extends Construct {
  readonly #config: StageConfig;
  readonly #alarms: Alarms;
  readonly #host: Host;
  readonly #api: HttpApi | undefined;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly config: StageConfig; readonly alarms: Alarms; readonly host: Host },
  ) {
    super(scope, id);
    this.#config = props.config;
    this.#host = props.host;
    this.#alarms = props.alarms;
    const { http } = props.config;
    this.#api = http.endpoint === 'api' ? this.#makeApi(http) : undefined;
  }

  /**
   * @returns the address; the URL of a function ends in a slash, that of an HTTP API does not
   * @throws Error when the route is another host's
   */
  add({ target, route: { host, authorization, methods, paths, slowestMs } }: HttpTarget): string {
    if (host !== this.#host) throw new Error(`The route of "${target.label}" belongs to the ${host} host`);
    this.#watchLatency(target.node.id, target.label, target.function.metricDuration(SLOW), slowestMs);
    const isSigned = authorization === 'iam';
    if (!this.#api) {
      this.#watchErrors(target.node.id, target.label, target.function.metric('Url5xxCount', ERRORS));
      const authType = isSigned ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE;
      return target.entry.addFunctionUrl({ authType }).url;
    }
    const integration = new HttpLambdaIntegration(`${target.node.id}Integration`, target.entry);
    for (const path of paths) {
      const authorizer = isSigned ? { authorizer: new HttpIamAuthorizer() } : {};
      const asked = methods.map((method) => HttpMethod[method]);
      for (const route of this.#api.addRoutes({ path, methods: asked, integration, ...authorizer })) {
        if (isSigned) continue;
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'The function decides who may call, by what the catalog says; that is not in the template.',
        });
      }
    }
    return this.#api.apiEndpoint;
  }

  #makeApi(limits: { readonly ratePerSecond: number; readonly burst: number }): HttpApi {
    const config = this.#config;
    const api = new HttpApi(this, 'Api', {
      description: `Tributary ${config.stage}: ${this.#host} host`,
      createDefaultStage: false,
    });
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: limits.ratePerSecond, burstLimit: limits.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: ACCESS_LOG },
    });
    this.#watchErrors('Api', `${this.#host}-host`, api.metricServerError(ERRORS));
    this.#watchLatency('Api', `${this.#host}-host`, api.metricLatency(SLOW), SLOWEST_OF_ALL_MS);
    return api;
  }

  #watchErrors(id: string, subject: string, metric: IMetric): void {
    this.#alarms.add(this, `${id}ServerErrorsAlarm`, {
      pattern: '<endpoint>-server-errors',
      subject,
      metric,
      threshold: SERVER_ERRORS,
      says: `Endpoint "${subject}" answered ${SERVER_ERRORS} requests or more with 500 or above in five minutes.`,
    });
  }

  #watchLatency(id: string, subject: string, metric: IMetric, slowestMs: number): void {
    this.#alarms.add(this, `${id}LatencyAlarm`, {
      pattern: '<endpoint>-latency',
      subject,
      metric,
      threshold: slowestMs,
      periods: 3,
      says: `For 15 minutes endpoint "${subject}" has taken ${slowestMs / 1_000} s or more for one request in a hundred.`,
    });
  }
}

const ERRORS = { statistic: 'Sum', period: Duration.minutes(5) };
const SLOW = { statistic: 'p99', period: Duration.minutes(5) };

/** What happened, not who it was: neither addresses nor headers. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    route: '$context.routeKey',
    status: '$context.status',
    bytes: '$context.responseLength',
    latency: '$context.responseLatency',
    error: '$context.error.message',
  }),
);
