import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpAnswer, HttpCall } from '#core/api/http.ts';

export function callOf(event: APIGatewayProxyEventV2): HttpCall {
  const headers = Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]));
  // Cookies come beside the other headers.
  if (event.cookies && event.cookies.length > 0) headers.cookie = event.cookies.join('; ');
  const { domainName, http, authorizer } = event.requestContext as RequestContext;
  const isFronted = authorizer?.lambda?.front === true;
  const sourceIp = isFronted ? addressBefore(headers['x-forwarded-for']) : http.sourceIp;
  const signedBy = authorizer?.iam?.userArn;
  return {
    method: http.method.toUpperCase(),
    origin: `https://${(isFronted ? headers['x-forwarded-host'] : undefined) ?? domainName}`,
    path: event.routeKey === '$default' ? decoded(event.rawPath) : event.rawPath,
    query: event.queryStringParameters ?? {},
    rawQuery: event.rawQueryString,
    headers,
    ...(sourceIp !== undefined && { sourceIp }),
    ...(signedBy !== undefined && { signedBy }),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** What the types of events omit: who signed, and whether a request came by the distribution in front of its host. */
type RequestContext = APIGatewayProxyEventV2['requestContext'] & {
  readonly authorizer?: {
    readonly iam?: { readonly userArn?: string };
    readonly lambda?: { readonly front?: boolean };
  };
};

/** The last two addresses are the caller's, which CloudFront adds, and CloudFront's; anybody may have written others. */
const addressBefore = (forwardedFor = ''): string | undefined => forwardedFor.split(',').at(-2)?.trim();

/** The URL of a function hands over the path as it was written, an HTTP API what it says. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function answerTo({ status, headers = {}, cookies, body, file }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  if (file) {
    return {
      statusCode: status,
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body: Buffer.from(file).toString('base64'),
      isBase64Encoded: true,
    };
  }
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  return {
    statusCode: status,
    headers: { ...(body !== undefined && { 'content-type': type }), ...headers },
    ...(cookies && cookies.length > 0 && { cookies: [...cookies] }),
    body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
  };
}
