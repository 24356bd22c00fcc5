import type { Failure } from '../destination-type.ts';
import type { HttpRequest } from '../http/client.ts';
import type { AwsAuthentication } from '../http/credentials.ts';

/**
 * Signs a request to a service of AWS (Signature Version 4), with a role where one is named.
 * @returns the request as it is to be made, or why there are no credentials
 */
export type AwsSigner = (request: HttpRequest, how: AwsAuthentication) => Promise<HttpRequest | Failure>;
