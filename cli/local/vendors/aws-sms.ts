import type { AwsSmsDestination } from '#core/activation/destinations/aws-sms/settings.ts';
import { type CreateVendor, respond } from '../vendor-server/vendor.ts';

interface SendTextMessage {
  readonly DestinationPhoneNumber?: string;
  readonly MessageBody?: string;
  readonly DryRun?: boolean;
  readonly Context?: Readonly<Record<string, string>>;
  readonly TimeToLive?: number;
}

const PARAMETERS = [
  'DestinationPhoneNumber',
  'OriginationIdentity',
  'MessageBody',
  'MessageType',
  'ConfigurationSetName',
  'TimeToLive',
  'MaxPrice',
  'Context',
  'DryRun',
];
const MAX_BODY = 1_600;
const MAX_CONTEXT = 5;

const error = (name: string, more: object = {}) =>
  respond(400, { __type: `com.amazonaws.pinpointsmsvoicev2#${name}`, Message: 'no', ...more });

/** `SendTextMessage`: one text a request; nothing lists what was sent. An audience is the context's segment. */
export const vendor: CreateVendor<AwsSmsDestination> = ({ invalid, destination, segmentOf }) => {
  const texts: { readonly to: string; readonly body: string; readonly segment: string }[] = [];
  return {
    texts: () => texts,
    members: () => new Set(texts.map(({ to, segment }) => `${to}|${segmentOf(segment)}`)),
    answer: ({ method, url, headers, body }) => {
      const isSigned = /^(signed for sms-voice in|AWS4-HMAC-SHA256 .*\/sms-voice\/)/.test(headers.authorization ?? '');
      if (!isSigned) return error('AccessDeniedException', { Reason: 'INSUFFICIENT_ACCOUNT_REPUTATION' });
      const isHere = new URL(url).hostname === `sms-voice.${destination.region}.amazonaws.com`;
      const isCall = headers['x-amz-target'] === 'PinpointSMSVoiceV2.SendTextMessage' && method === 'POST';
      if (!isHere || !isCall || headers['content-type'] !== 'application/x-amz-json-1.0') {
        return error('UnknownOperationException');
      }
      const sent = JSON.parse(body) as SendTextMessage;
      const {
        DestinationPhoneNumber: to = '',
        MessageBody: text = '',
        Context: context = {},
        TimeToLive: life = 60,
      } = sent;
      const isValid =
        Object.keys(sent).every((name) => PARAMETERS.includes(name)) &&
        /^\+?[1-9][0-9]{1,18}$/.test(to) &&
        text.trim() !== '' &&
        text.length <= MAX_BODY &&
        Object.keys(context).length <= MAX_CONTEXT &&
        life >= 5 &&
        life <= 259_200;
      if (!isValid) return error('ValidationException', { Reason: 'FIELD_VALIDATION_FAILED' });
      if (invalid.has(to)) return error('ConflictException', { Reason: 'DESTINATION_PHONE_NUMBER_NOT_VERIFIED' });
      if (!sent.DryRun) texts.push({ to, body: text, segment: context.segment ?? '' });
      return respond(200, { MessageId: `00000000-0000-0000-0000-${String(texts.length).padStart(12, '0')}` });
    },
  };
};
