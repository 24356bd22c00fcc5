import { CfnOutput, Duration, Validations } from 'aws-cdk-lib';
import { ApiMapping, DomainName, type HttpApi, type HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ORIGIN_HEADER } from '#core/contract/routes.ts';
import type { HostConfig } from '#lib/config/schema.ts';

export interface HostFrontProps {
  readonly settings: HostConfig;
  readonly api: HttpApi;
  /** The default stage of the API. */
  readonly stage: HttpStage;
  /** What requests that come by the distribution say; of stages that have one. */
  readonly originSecret?: Secret | undefined;
}

/**
 * What stands in front of the HTTP API of a host: a distribution of CloudFront, with a web ACL where the stage names one (an
 * HTTP API can have none itself), or a domain name, or nothing.
 */
export class HostFront extends Construct {
  /** Without a slash at its end. */
  readonly address: string;

  constructor(scope: Construct, id: string, { settings, api, stage, originSecret }: HostFrontProps) {
    super(scope, id);
    const { distribution, domainName } = settings;
    if (distribution && originSecret) {
      const target = this.#distribute(api, settings, originSecret).distributionDomainName;
      this.#tellTarget(target, domainName);
      this.address = `https://${domainName ?? target}`;
    } else if (domainName !== undefined) {
      this.#tellTarget(this.#name(api, stage, settings).regionalDomainName, domainName);
      this.address = `https://${domainName}`;
    } else {
      this.address = api.apiEndpoint;
    }
  }

  /** Nothing is cached: whatever a host answers, it answers one caller. */
  #distribute(api: HttpApi, { webAclArn, domainName, certificateArn }: HostConfig, originSecret: Secret): Distribution {
    const made = new Distribution(this, 'Distribution', {
      comment: api.httpApiName ?? '',
      defaultBehavior: {
        origin: new HttpOrigin(`${api.apiId}.execute-api.${api.stack.region}.${api.stack.urlSuffix}`, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          readTimeout: Duration.seconds(30),
          customHeaders: {
            [ORIGIN_HEADER]: originSecret.secretValue.unsafeUnwrap(),
            ...(domainName !== undefined && { 'x-forwarded-host': domainName }),
          },
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      },
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      ...(webAclArn !== undefined && { webAclId: webAclArn }),
      ...(domainName !== undefined && {
        domainNames: [domainName],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn!),
      }),
    });
    for (const [id, reason] of Object.entries(ACKNOWLEDGED)) Validations.of(made).acknowledge({ id, reason });
    return made;
  }

  #name(api: HttpApi, stage: HttpStage, { domainName, certificateArn }: HostConfig): DomainName {
    const name = new DomainName(this, 'Domain', {
      domainName: domainName!,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn!),
    });
    new ApiMapping(this, 'Mapping', { api, stage, domainName: name });
    return name;
  }

  #tellTarget(target: string, domainName: string | undefined): void {
    if (domainName === undefined) return;
    new CfnOutput(this, 'Target', { value: target, description: `Where the DNS record of ${domainName} has to point` });
  }
}

const ACKNOWLEDGED = {
  'AwsSolutions-CFR1': 'Where calls may come from is for the web ACL of the stage to say.',
  'AwsSolutions-CFR2': 'The stage names the web ACL, which has to be in us-east-1.',
  'AwsSolutions-CFR3': 'The HTTP API behind it logs its requests, without anything about who it was.',
  'AwsSolutions-CFR4':
    'The certificate of CloudFront itself, where the stage has no domain name, sets the versions of TLS.',
};
