import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A request as AWS hands it to a function. */
export function callOf({
  path,
  method = 'POST',
  headers = {},
  body,
}: {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}): APIGatewayProxyEventV2 {
  const isText = typeof body === 'string';
  return {
    rawPath: path,
    requestContext: { http: { method } },
    headers,
    body: isText ? body : Buffer.from(body).toString('base64'),
    isBase64Encoded: !isText,
  } as unknown as APIGatewayProxyEventV2;
}
