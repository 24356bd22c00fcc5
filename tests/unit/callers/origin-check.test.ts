import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '#lambdas/functions/origin-check/handler.ts';
import { callOf } from '#lambdas/runtime/http.ts';

describe('A request to a host behind a distribution', () => {
  const check = createHandler({ originSecret: async () => 'what the distribution says' });
  const ask = (headers: Record<string, string>) => check({ headers } as unknown as APIGatewayRequestAuthorizerEventV2);

  it('comes in where it says what the distribution says, and nowhere else', async () => {
    expect(await ask({ 'x-origin-verify': 'what the distribution says' })).toEqual({
      isAuthorized: true,
      context: { front: true },
    });
    for (const headers of [{}, { 'x-origin-verify': '' }, { 'x-origin-verify': 'what the distribution says ' }]) {
      expect(await ask(headers as Record<string, string>)).toMatchObject({ isAuthorized: false });
    }
  });

  const event = (authorizer?: object) =>
    callOf({
      rawPath: '/',
      headers: { 'X-Forwarded-For': '203.0.113.9, 198.51.100.7, 130.176.0.1', 'X-Forwarded-Host': 'api.example.com' },
      requestContext: {
        http: { method: 'GET', sourceIp: '130.176.0.1' },
        domainName: 'id.execute-api.example',
        authorizer,
      },
    } as unknown as APIGatewayProxyEventV2);

  it('is of the address that the distribution has seen, at the name that it has', () => {
    expect(event({ lambda: { front: true } })).toMatchObject({
      sourceIp: '198.51.100.7',
      origin: 'https://api.example.com',
    });
  });

  it('is of the address that AWS has seen where there is no distribution, whatever its headers say', () => {
    expect(event()).toMatchObject({ sourceIp: '130.176.0.1', origin: 'https://id.execute-api.example' });
  });

  it('is signed by whom AWS says, whatever its headers say', () => {
    const signed = event({ iam: { userArn: 'arn:aws:iam::1:user/ada' } });
    expect(signed.signedBy).toBe('arn:aws:iam::1:user/ada');
    expect(event().signedBy).toBeUndefined();
  });
});
