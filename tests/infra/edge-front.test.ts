import { describe, expect, it } from 'vitest';
import { addChecks } from '#lib/checks.ts';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { stageLike, synthesise, templatesOf } from './stages.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d';
const cdnOf = (pageOrigins: string, more = ''): string =>
  `region: eu-central-1\nedge:\n  cdn:\n    domains: [edge.shop.example]\n    certificateArn: ${CERTIFICATE}\n    pageOrigins: ${pageOrigins}\n${more}`;
const ONE = '["https://www.shop.example"]';
const WEB_ACL = '    webAcl: { requestsPerAddress: 1200 }\n';

const stageWith = (more: string, options: object = {}) =>
  synthesise('dev', { folder: stageLike('dev', more), ...options });

describe('CloudFront in front of the edge', () => {
  const templates = stageWith(cdnOf(ONE, WEB_ACL));
  const only = (type: string, of = templates) => {
    const found = resourcesOfType(of, type);
    expect(found).toHaveLength(1);
    return found[0]!.properties;
  };

  it('leads names of your own to the HTTP API, and says which was called, where the caller is and who', () => {
    const { DistributionConfig: config } = only('AWS::CloudFront::Distribution') as { DistributionConfig: object };
    expect(config).toMatchObject({
      Aliases: ['edge.shop.example'],
      ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
      Origins: [
        {
          DomainName: { 'Fn::GetStackOutput': { StackName: 'tributary-dev-compute', OutputName: 'EdgeHost' } },
          CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
          OriginCustomHeaders: [{ HeaderName: 'x-forwarded-host', HeaderValue: 'edge.shop.example' }],
        },
      ],
    });
    const { OriginRequestPolicyConfig: passedOn } = only('AWS::CloudFront::OriginRequestPolicy') as {
      OriginRequestPolicyConfig: { HeadersConfig: { Headers: string[] }; CookiesConfig: object };
    };
    const { Headers } = passedOn.HeadersConfig;
    expect(Headers).toEqual(
      expect.arrayContaining(['origin', 'cloudfront-viewer-country', 'cloudfront-viewer-address']),
    );
    // With the name that was called, API Gateway would know of no such API.
    expect(Headers).not.toContain('host');
    expect(passedOn.CookiesConfig).toEqual({ CookieBehavior: 'all' });
    const outputs = templates['tributary-dev-compute']!.Outputs!;
    expect(Object.keys(outputs)).toContain('EdgeHost');
  });

  it('lets pages read what API Gateway answers by itself, and what the function answers as it is', () => {
    const { ResponseHeadersPolicyConfig: policy } = only('AWS::CloudFront::ResponseHeadersPolicy');
    expect(policy).toMatchObject({
      CorsConfig: {
        AccessControlAllowOrigins: { Items: ['https://www.shop.example'] },
        AccessControlAllowCredentials: true,
        AccessControlExposeHeaders: { Items: ['x-adobe-edge', 'retry-after'] },
        OriginOverride: false,
      },
    });
  });

  it('answers an address that calls too often 429, which a page can read where there is one origin only', () => {
    const rulesOf = (of = templates) =>
      (only('AWS::WAFv2::WebACL', of).Rules as { Statement: object; Action: object }[]).map((rule) => rule);
    const [rule, ...more] = rulesOf();
    expect(more).toEqual([]);
    expect(rule).toMatchObject({
      Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 1200, EvaluationWindowSec: 300 } },
      Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
    });
    expect(JSON.stringify(rule)).toContain('access-control-allow-origin');
    const several = stageWith(cdnOf('["https://www.shop.example", "https://*.other.example"]', WEB_ACL));
    expect(JSON.stringify(rulesOf(several))).not.toContain('access-control-allow-origin');
    expect(JSON.stringify(rulesOf(several))).toContain('retry-after');
  });

  it('is a stack of its own in us-east-1, and the edge then believes it who calls; without it there is nothing of it', () => {
    expect(Object.keys(templates).sort()).toContain('tributary-dev-edge-front');
    const behind = (of: typeof templates) =>
      resourcesOfType(of, 'AWS::Lambda::Function').flatMap(({ properties }) => {
        const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, string> };
        return Variables.BEHIND_CDN ?? [];
      });
    expect(behind(templates)).toEqual(['true']);
    expect(behind(templatesOf('dev'))).toEqual(['false']);
    expect(resourcesOfType(templatesOf('dev'), 'AWS::CloudFront::Distribution')).toEqual([]);
    expect(resourcesOfType(stageWith(cdnOf(ONE)), 'AWS::WAFv2::WebACL')).toEqual([]);
  });

  it('has no finding of cdk-nag or of the rules of CloudFormation without a reason', () => {
    for (const more of [cdnOf(ONE, WEB_ACL), cdnOf(ONE)]) {
      expect(Object.keys(stageWith(more, { validate: true, extend: addChecks }))).toHaveLength(5);
    }
  });

  it('needs a stage that names its region and has an HTTP API', () => {
    expect(() => stageWith(cdnOf(ONE).replace('region: eu-central-1\n', ''))).toThrow(/cdn needs "region"/);
  });
});
