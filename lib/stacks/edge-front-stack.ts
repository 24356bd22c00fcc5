import { Duration, Fn, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { COUNTRY_HEADER, VIEWER_ADDRESS_HEADER } from '#core/contract/routes.ts';
import type { StageConfig } from '#lib/config/schema.ts';

/** The output of the compute stack that has the host of the edge. */
export const EDGE_HOST_OUTPUT = 'EdgeHost';

export interface EdgeFrontStackProps extends StackProps {
  readonly config: StageConfig;
  readonly cdn: NonNullable<StageConfig['edge']['cdn']>;
  /** The stack that has the edge host. */
  readonly compute: string;
}

/**
 * CloudFront before the edge host (docs/edge.md, "Floods"): names below the site's own domain, the caller's country, a limit of
 * requests for each address, and CORS headers on what API Gateway answers by itself. In us-east-1, where CloudFront looks for web ACLs.
 */
export class EdgeFrontStack extends Stack {
  constructor(scope: Construct, id: string, { config, cdn, compute, ...props }: EdgeFrontStackProps) {
    super(scope, id, props);
    const host = Fn.getStackOutput(compute, EDGE_HOST_OUTPUT, config.region);
    const [firstDomain = ''] = cdn.domains;
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Tributary ${config.stage}: in front of the edge host`,
      domainNames: cdn.domains,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', cdn.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_ALL,
      ...(cdn.webAcl && {
        webAclId: this.#webAcl(config.stage, cdn.webAcl.requestsPerAddress, cdn.pageOrigins).attrArn,
      }),
      defaultBehavior: {
        origin: new HttpOrigin(host, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          // By it the edge knows whether cookies can be its own.
          customHeaders: { 'x-forwarded-host': firstDomain },
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: this.#passedOn(),
        responseHeadersPolicy: this.#readableByPages(cdn.pageOrigins),
      },
    });
    const acknowledge = (rule: string, reason: string): void =>
      Validations.of(distribution).acknowledge({ id: `AwsSolutions-${rule}`, reason });
    acknowledge('CFR1', 'Whom a site sells to is its own matter; nobody is kept away by country.');
    acknowledge('CFR3', 'Requests are logged by the API behind it, without anything about who it was.');
    if (!cdn.webAcl) acknowledge('CFR2', 'The stage has asked for no limit for each address (edge.cdn.webAcl).');
  }

  /** Everything that the edge reads, and where the caller is; not the name that was called, which API Gateway does not know. */
  #passedOn(): OriginRequestPolicy {
    return new OriginRequestPolicy(this, 'PassedOn', {
      headerBehavior: OriginRequestHeaderBehavior.allowList(
        ...['origin', 'content-type', 'x-request-id', 'x-api-key', 'user-agent', 'referer'],
        ...[COUNTRY_HEADER, VIEWER_ADDRESS_HEADER],
      ),
      cookieBehavior: OriginRequestCookieBehavior.all(),
      queryStringBehavior: OriginRequestQueryStringBehavior.all(),
    });
  }

  /** What the function answers has its own headers, and keeps them. */
  #readableByPages(origins: readonly string[]): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'ReadableByPages', {
      corsBehavior: {
        accessControlAllowOrigins: [...origins],
        accessControlAllowCredentials: true,
        accessControlAllowHeaders: ['content-type', 'x-request-id'],
        accessControlAllowMethods: ['POST', 'OPTIONS'],
        accessControlExposeHeaders: ['x-adobe-edge', 'retry-after'],
        originOverride: false,
      },
    });
  }

  #webAcl(stage: string, limit: number, origins: readonly string[]): CfnWebACL {
    const visibility = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName,
      sampledRequestsEnabled: false,
    });
    // It cannot repeat the origin of a request: pages can read it only where there is one.
    const [only = '', ...more] = origins;
    const toPage =
      more.length > 0 || only.includes('*')
        ? []
        : [
            { name: 'access-control-allow-origin', value: only },
            { name: 'access-control-allow-credentials', value: 'true' },
          ];
    return new CfnWebACL(this, 'WebAcl', {
      description: `Tributary ${stage}: requests of one address to the edge`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(`tributary-${stage}-edge`),
      rules: [
        {
          name: 'requests-per-address',
          priority: 0,
          statement: {
            rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: Duration.minutes(5).toSeconds() },
          },
          action: {
            block: {
              customResponse: { responseCode: 429, responseHeaders: [{ name: 'retry-after', value: '60' }, ...toPage] },
            },
          },
          visibilityConfig: visibility(`tributary-${stage}-edge-requests-per-address`),
        },
      ],
    });
  }
}
