import type { TextRow } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { awsOrigin } from '#core/activation/streams/arn.ts';
import { awsCall } from '#core/activation/streams/json-protocol.ts';
import type { AwsSmsDestination } from './settings.ts';

/** Under which name events say which text they are about. */
export const CONTEXT_TEXT = 'text';

const call = (destination: AwsSmsDestination, body: object): HttpRequest =>
  awsCall(`${awsOrigin('sms-voice', destination.region)}/`, 'PinpointSMSVoiceV2.SendTextMessage', '1.0', body);

/** `SendTextMessage`: one text. */
export function awsSmsRequest({ to, body, segmentId, key }: TextRow, destination: AwsSmsDestination): HttpRequest {
  const { timeToLiveSeconds, maxPrice } = destination;
  const request = call(destination, {
    DestinationPhoneNumber: to,
    ...common(destination, body),
    ...(timeToLiveSeconds !== undefined && { TimeToLive: timeToLiveSeconds }),
    ...(maxPrice !== undefined && { MaxPrice: maxPrice }),
    Context: { segment: segmentId, [CONTEXT_TEXT]: key },
  });
  return { ...request, once: true };
}

function common({ originationIdentity, messageType, configurationSet }: AwsSmsDestination, body: string) {
  return {
    ...(originationIdentity !== undefined && { OriginationIdentity: originationIdentity }),
    MessageBody: body,
    MessageType: messageType,
    ...(configurationSet !== undefined && { ConfigurationSetName: configurationSet }),
  };
}

/** The same as a dry run: nothing is sent, and nothing is paid. */
export const awsSmsProbe = (destination: AwsSmsDestination): HttpRequest =>
  call(destination, {
    DestinationPhoneNumber: destination.testNumber,
    ...common(destination, 'Test'),
    DryRun: true,
  });
