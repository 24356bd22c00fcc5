import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, type HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageConfig } from '#lib/config/schema.ts';
import type { TributaryFunction } from './tributary-function.ts';

export interface HttpTarget {
  readonly target: TributaryFunction;
  /** Who decides who may come in: AWS, which wants requests that are signed, or the function, by a key. */
  readonly authorization: 'iam' | 'by-function';
  readonly methods: readonly HttpMethod[];
  readonly paths: readonly string[];
}

/**
 * The address of functions: one HTTP API with a limit of requests and a log of them, or, where the stage has none, the
 * URLs of the functions themselves. Both hand over the same event.
 */
export class HttpEndpoint extends Construct {
  readonly #config: StageConfig;
  readonly #api: HttpApi | undefined;

  constructor(scope: Construct, id: string, props: { readonly config: StageConfig }) {
    super(scope, id);
    this.#config = props.config;
    const { http } = props.config;
    this.#api = http.endpoint === 'api' ? this.#makeApi(http) : undefined;
  }

  /** @returns the address; the URL of a function ends in a slash, that of an HTTP API does not */
  add({ target, authorization, methods, paths }: HttpTarget): string {
    const isSigned = authorization === 'iam';
    if (!this.#api) {
      const authType = isSigned ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE;
      return target.function.addFunctionUrl({ authType }).url;
    }
    const integration = new HttpLambdaIntegration(`${target.node.id}Integration`, target.function);
    for (const path of paths) {
      const authorizer = isSigned ? { authorizer: new HttpIamAuthorizer() } : {};
      for (const route of this.#api.addRoutes({ path, methods: [...methods], integration, ...authorizer })) {
        if (isSigned) continue;
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'The function checks the key of the connection, which is in the catalog and not in the template.',
        });
      }
    }
    return this.#api.apiEndpoint;
  }

  #makeApi(limits: { readonly ratePerSecond: number; readonly burst: number }): HttpApi {
    const config = this.#config;
    const api = new HttpApi(this, 'Api', { description: `Tributary ${config.stage}`, createDefaultStage: false });
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
    return api;
  }
}

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
