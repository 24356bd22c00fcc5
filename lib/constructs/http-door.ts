import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, type HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageConfig } from '#lib/config/schema.ts';
import type { TributaryFunction } from './tributary-function.ts';

export interface HttpDoorProps {
  readonly config: StageConfig;
  readonly target: TributaryFunction;
  readonly routes: readonly { readonly method: HttpMethod; readonly path: string }[];
}

/**
 * A function behind an address: an HTTP API with a limit of requests and a log of them, or, where the stage has none, the
 * URL of the function itself. Both hand over the same event. Who may come in, the function decides, by the key of the
 * connection.
 */
export class HttpDoor extends Construct {
  /** The URL of a function ends in a slash, that of an HTTP API does not. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: HttpDoorProps) {
    super(scope, id);
    this.url = props.config.http.door === 'api' ? this.#api(props, props.config.http) : this.#functionUrl(props);
  }

  #api({ config, target, routes }: HttpDoorProps, limits: { ratePerSecond: number; burst: number }): string {
    const api = new HttpApi(this, 'Api', {
      description: `Tributary ${config.stage}: ${target.label}`,
      createDefaultStage: false,
    });
    const integration = new HttpLambdaIntegration('Integration', target.function);
    for (const { method, path } of routes) {
      for (const route of api.addRoutes({ path, methods: [method], integration })) {
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'The function checks the key of the connection, which is in the catalog and not in the template.',
        });
      }
    }
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
    return api.apiEndpoint;
  }

  #functionUrl({ target }: HttpDoorProps): string {
    return target.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
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
