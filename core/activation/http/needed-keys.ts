import { type Credentials, credential, type RequestAuthentication } from './credentials.ts';

/** Keys of a destination's secret without which no request to it can authenticate, and that are not in it. */
export const missingForRequests = (how: RequestAuthentication, credentials: Credentials): string[] =>
  neededKeys(how).filter((key) => credential(credentials, key) === undefined);

function neededKeys(how: RequestAuthentication): readonly string[] {
  switch (how.type) {
    case 'none':
    case 'aws':
      return [];
    case 'bearer':
      return ['bearerToken'];
    case 'apiKey':
      return [how.key];
    case 'basic':
      return [how.user, how.password];
    case 'oauth2Jwt':
      return ['client_email', 'private_key'];
    case 'oauth2RefreshToken':
      return [...ofClient(how.tokenUrl), 'refreshToken'];
    case 'oauth2ClientCredentials':
      return ofClient(how.tokenUrl);
  }
}

const ofClient = (tokenUrl: string | undefined): string[] => [
  'clientId',
  'clientSecret',
  ...(tokenUrl === undefined ? ['tokenUrl'] : []),
];
