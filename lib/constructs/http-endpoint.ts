import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Host, ORIGIN_HEADER, type Route } from '#core/contract/routes.ts';
import { SCOPES } from '#core/contract/scopes.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from './alarms.ts';
import { HostFront } from './host-front.ts';
import type { OriginCheck } from './origin-check.ts';
import type { TributaryFunction } from './tributary-function.ts';

export interface HttpTarget {
  readonly target: TributaryFunction;
  /** Of the table in `core/contract/routes.ts`. */
  readonly route: Route;
}

export interface HttpEndpointProps {
  readonly config: StageConfig;
  readonly alarms: Alarms;
  readonly host: Host;
  /** Of stages that have a distribution in front of a host. */
  readonly originCheck?: OriginCheck | undefined;
}

/** Whoever asks the API itself, past the distribution and its web ACL, is turned away. What was said counts for an hour. */
const originAuthorizer = ({ check }: OriginCheck): IHttpRouteAuthorizer =>
  new HttpLambdaAuthorizer('OriginCheck', check.function, {
    identitySource: [`$request.header.${ORIGIN_HEADER}`],
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    resultsCacheTtl: Duration.hours(1),
  });

const isRouteScope = (scope: unknown): boolean =>
  scope === 'public' || scope === 'by-row' || (typeof scope === 'string' && Object.hasOwn(SCOPES, scope));

/** Functions of which there are URLs, and alarms, already: one may answer at several hosts. */
const URLS = new WeakMap<TributaryFunction, string>();
const WATCHED = new WeakSet<TributaryFunction>();

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
  readonly #front: HostFront | undefined;
  readonly #originAuthorizer: IHttpRouteAuthorizer | undefined;

  constructor(scope: Construct, id: string, props: HttpEndpointProps) {
    super(scope, id);
    this.#config = props.config;
    this.#host = props.host;
    this.#alarms = props.alarms;
    const { http } = props.config;
    const made = http.endpoint === 'api' ? this.#makeApi(http) : undefined;
    this.#api = made?.api;
    // A signature is of the address that AWS has given: there is nothing in front of the host for signed requests.
    if (!made || props.host === 'signed') return;
    const settings = props.config.hosts[props.host];
    this.#front = new HostFront(this, 'Front', { settings, ...made, originSecret: props.originCheck?.secret });
    if (settings.distribution && props.originCheck) this.#originAuthorizer = originAuthorizer(props.originCheck);
  }

  /**
   * @returns the address; the URL of a function ends in a slash, that of an HTTP API does not
   * @throws Error when the route is another host's, or does not say what a caller needs
   */
  add({ target, route: { host, authorization, scope, methods, paths, slowestMs } }: HttpTarget): string {
    if (!isRouteScope(scope)) throw new Error(`The route of "${target.label}" has no scope: say what a caller needs`);
    if (host !== this.#host) throw new Error(`The route of "${target.label}" belongs to the ${host} host`);
    if (!WATCHED.has(target)) {
      this.#watchLatency(target.node.id, target.label, target.function.metricDuration(SLOW), slowestMs);
      WATCHED.add(target);
    }
    const isSigned = authorization === 'iam';
    if (!this.#api) {
      return this.#urlOf(target, isSigned);
    }
    const integration = new HttpLambdaIntegration(`${target.node.id}Integration`, target.entry);
    for (const path of paths) {
      const authorizer = this.#authorizerOf(isSigned);
      const asked = methods.map((method) => HttpMethod[method]);
      for (const route of this.#api.addRoutes({ path, methods: asked, integration, ...authorizer })) {
        if (authorizer.authorizer) continue;
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'The function decides who may call, by what the catalog says; that is not in the template.',
        });
      }
    }
    return this.#front?.address ?? this.#api.apiEndpoint;
  }

  /** A function has one URL, whatever hosts it answers at: the first decides whether AWS wants signatures. */
  #urlOf(target: TributaryFunction, isSigned: boolean): string {
    const known = URLS.get(target);
    if (known !== undefined) return known;
    this.#watchErrors(target.node.id, target.label, target.function.metric('Url5xxCount', ERRORS));
    const authType = isSigned ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE;
    const { url } = target.entry.addFunctionUrl({ authType });
    URLS.set(target, url);
    return url;
  }

  #authorizerOf(isSigned: boolean): { readonly authorizer?: IHttpRouteAuthorizer } {
    const authorizer = isSigned ? new HttpIamAuthorizer() : this.#originAuthorizer;
    return authorizer ? { authorizer } : {};
  }

  #makeApi(limits: { readonly ratePerSecond: number; readonly burst: number }): {
    readonly api: HttpApi;
    readonly stage: HttpStage;
  } {
    const config = this.#config;
    const api = new HttpApi(this, 'Api', {
      description: `Tributary ${config.stage}: ${this.#host} host`,
      createDefaultStage: false,
    });
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: limits.ratePerSecond, burstLimit: limits.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: ACCESS_LOG },
    });
    this.#watchErrors('Api', `${this.#host}-host`, api.metricServerError(ERRORS));
    this.#watchLatency('Api', `${this.#host}-host`, api.metricLatency(SLOW), SLOWEST_OF_ALL_MS);
    return { api, stage };
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
