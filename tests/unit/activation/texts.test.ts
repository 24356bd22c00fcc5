import { describe, expect, it } from 'vitest';
import type { MembershipChange } from '#core/activation/delivery.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { typeOf } from '#core/activation/registry.ts';
import { dayOf, quietUntil } from '#core/activation/texts/quiet-hours.ts';
import { textKey } from '#core/activation/texts/rows.ts';
import { messageParts } from '#core/activation/texts/segments.ts';
import { tellableUntil } from '#core/activation/texts/settings.ts';
import { parseTemplate, renderTemplate } from '#core/activation/texts/template.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { apiDescription } from '#tests/harness/outside/api-description.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { NOW } from './factories.ts';
import { previewOf } from './preview-of.ts';
import { ADA, BJORN, destinationOf, requestsAbout } from './vendor-requests.ts';

const typeNamed = (type: string) => typeOf({ type } as never) as AnyRequestType;
const [twilio, awsSms] = [typeNamed('twilio'), typeNamed('aws-sms')];
const entered = (segmentId: string): MembershipChange => ({
  segmentId,
  status: 'realized',
  lastQualificationTime: NOW,
  entry: { by: 'data', at: NOW },
});

const TWILIO = {
  accountSid: `AC${'0'.repeat(31)}1`,
  sender: { messagingServiceSid: 'MG00000000000000000000000000000001' },
  template: '{{person.name.firstName|You}}, your basket is waiting. Reply STOP to end.',
  optOuts: { dataset: 'opt-outs' },
};
const GERMAN = { ...TWILIO, template: '{{person.name.firstName}}, dein Warenkorb wartet. STOP zum Abmelden.' };

describe('a template', () => {
  const attributes = { 'person.name.firstName': 'Ada', 'loyalty.points': 7, 'person.name': { firstName: 'Ada' } };

  it.each([
    ['Hello {{person.name.firstName}}!', 'Hello Ada!'],
    ['{{ loyalty.points }} points', '7 points'],
    ['{{loyalty.tier|no}} tier', 'no tier'],
    ['{{loyalty.tier|}}.', '.'],
    ['{loyalty} {a} 50 % $1 \\n', '{loyalty} {a} 50 % $1 \\n'],
  ])('stands for the text with the attributes of the person: %s', (template, text) => {
    expect(renderTemplate(template, attributes)).toBe(text);
  });

  it('is no text where an attribute is missing, or is none that can be read', () => {
    expect(renderTemplate('{{loyalty.tier}}', attributes)).toBeUndefined();
    expect(renderTemplate('{{person.name}}', attributes)).toBeUndefined();
    expect(renderTemplate('{{person.name|you}}', attributes)).toBe('you');
  });

  it('is read once: what stands in an attribute is text', () => {
    const hostile = { 'person.name.firstName': `{{loyalty.points}} $& \u202e\r\nSTOP\u0000  now ${'x'.repeat(200)}` };
    const text = renderTemplate('{{person.name.firstName}}', { ...hostile, 'loyalty.points': 7 })!;
    expect(text).toMatch(/^\{\{loyalty\.points\}\} \$& STOP now x+$/);
    expect([...text]).toHaveLength(100);
  });

  it.each([
    ['Hello {{name', /"\{\{" at character 7 is never closed/],
    ['Hello name}}', /"\}\}" at character 11 closes nothing/],
    ['{{a {{b}}', /never closed/],
    ['{{}}', /names no attribute/],
    ['{{__proto__.x()}}', /names no attribute/],
  ])('says what cannot be read in it: %s', (template, problem) => {
    expect(parseTemplate(template)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('the parts of a text', () => {
  it.each([
    ['a'.repeat(160), 'GSM-7', 1],
    ['a'.repeat(161), 'GSM-7', 2],
    ['a'.repeat(307), 'GSM-7', 3],
    ['€'.repeat(80), 'GSM-7', 1],
    [`${'€'.repeat(80)}a`, 'GSM-7', 2],
    // 152 places and one of two places, which is not divided.
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 3],
    ['ñ'.repeat(160), 'GSM-7', 1],
    ['ő'.repeat(70), 'UCS-2', 1],
    ['ő'.repeat(71), 'UCS-2', 2],
    ['🙂'.repeat(35), 'UCS-2', 1],
    ['🙂'.repeat(36), 'UCS-2', 2],
  ])('are counted as telephones count them (%#)', (text, encoding, parts) => {
    expect(messageParts(text)).toEqual({ encoding, parts });
  });
});

describe('quiet hours', () => {
  const quiet = { from: '21:00', to: '08:00' };
  const at = (text: string): number => Date.parse(text);

  it.each([
    ['2026-03-01T19:59:59Z', undefined],
    ['2026-03-01T20:00:00Z', '2026-03-02T07:00:00Z'],
    ['2026-03-02T06:59:30Z', '2026-03-02T07:00:00Z'],
    ['2026-03-02T07:00:00Z', undefined],
    // The clocks go forward, and back, in the night.
    ['2026-03-28T23:00:00Z', '2026-03-29T07:00:00Z'],
    ['2026-10-24T23:00:00Z', '2026-10-25T07:00:00Z'],
  ])('end in the time of the person: %s', (now, until) => {
    const end = quietUntil(at(now), quiet, 'Europe/Berlin');
    if (until === undefined) expect(end).toBeUndefined();
    else expect(Math.abs(end! - at(until))).toBeLessThanOrEqual(3_600_000);
    if (end !== undefined) expect(quietUntil(end, quiet, 'Europe/Berlin')).toBeUndefined();
  });

  it('may lie within a day, and are another day elsewhere', () => {
    const noon = { from: '12:00', to: '14:00' };
    expect(quietUntil(at('2026-03-01T12:30:10Z'), noon, 'UTC')).toBe(at('2026-03-01T14:00:00Z'));
    expect(quietUntil(at('2026-03-01T12:30:00Z'), noon, 'Asia/Tokyo')).toBeUndefined();
    expect(dayOf(at('2026-03-01T20:00:00Z'), 'Asia/Tokyo')).toBe('2026-03-02');
  });

  it('do not count against the age of an entry, and never for longer than the sent remembers', () => {
    const settings = { quietHours: quiet, maxAgeMinutes: 60 } as never;
    expect(tellableUntil(at('2026-03-01T12:00:00Z'), settings, 'UTC')).toBe(at('2026-03-01T13:00:00Z'));
    expect(tellableUntil(at('2026-03-01T20:30:00Z'), settings, 'UTC')).toBe(at('2026-03-02T09:00:00Z'));
    expect(tellableUntil(at('2026-03-01T23:00:00Z'), settings, 'UTC')).toBe(at('2026-03-02T09:00:00Z'));
    const longest = { quietHours: { from: '00:00', to: '23:59' }, maxAgeMinutes: 1_440 } as never;
    const day = 86_400_000;
    expect(tellableUntil(NOW, longest, 'UTC') - NOW).toBeLessThan(5 * day);
  });
});

describe('a request for a text', () => {
  it('is what Twilio expects, byte for byte', () => {
    const [english, german] = [
      requestsAbout(twilio, TWILIO, [[ADA, entered('A1')]]),
      requestsAbout(twilio, GERMAN, [[BJORN, entered('A1')]]),
    ].flat();
    expect(english).toMatchObject({
      method: 'POST',
      url: `https://api.twilio.com/2010-04-01/Accounts/${TWILIO.accountSid}/Messages.json`,
      once: true,
      body: 'To=%2B15035550142&MessagingServiceSid=MG00000000000000000000000000000001&Body=Ada%2C+your+basket+is+waiting.+Reply+STOP+to+end.',
    });
    expect(german!.body).toBe(
      'To=%2B493023125014&MessagingServiceSid=MG00000000000000000000000000000001&Body=Bj%C3%B6rn%2C+dein+Warenkorb+wartet.+STOP+zum+Abmelden.',
    );
  });

  it('says Twilio for how long, from whom, and where to report', () => {
    const written = {
      ...TWILIO,
      sender: { from: '+15005550006' },
      validitySeconds: 3600,
      statusCallback: 'https://texts.example.com/texts/tried',
    };
    const { body } = requestsAbout(twilio, written, [[ADA, entered('A1')]])[0]!;
    const form = Object.fromEntries(new URLSearchParams(body));
    expect(form).toMatchObject({ From: '+15005550006', ValidityPeriod: '3600' });
    expect(form.StatusCallback).toMatch(/^https:\/\/texts\.example\.com\/texts\/tried\?text=[\w-]{32}$/);
  });

  it('is what AWS expects, byte for byte', () => {
    const written = {
      region: 'eu-central-1',
      originationIdentity: 'pool-0123456789abcdef0123456789abcdef',
      configurationSet: 'tributary',
      timeToLiveSeconds: 3600,
      segments: ['cart-abandoners'],
      optOuts: { dataset: 'opt-outs' },
    };
    const ofAda = requestsAbout(awsSms, { ...written, template: TWILIO.template }, [[ADA, entered('cart-abandoners')]]);
    const german = '{{person.name.firstName}}, dein Warenkorb wartet.';
    const ofBjorn = requestsAbout(awsSms, { ...written, template: german }, [[BJORN, entered('cart-abandoners')]]);
    expect(ofAda[0]).toMatchObject({
      method: 'POST',
      url: 'https://sms-voice.eu-central-1.amazonaws.com/',
      once: true,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'PinpointSMSVoiceV2.SendTextMessage',
      },
      body: '{"DestinationPhoneNumber":"+15035550142","OriginationIdentity":"pool-0123456789abcdef0123456789abcdef","MessageBody":"Ada, your basket is waiting. Reply STOP to end.","MessageType":"PROMOTIONAL","ConfigurationSetName":"tributary","TimeToLive":3600,"Context":{"segment":"cart-abandoners","text":"9HYziHYyBtVCM3zwN5Ju5xOj3z9gTFyb"}}',
    });
    expect(ofBjorn[0]!.body).toBe(
      `{"DestinationPhoneNumber":"+493023125014","OriginationIdentity":"pool-0123456789abcdef0123456789abcdef","MessageBody":"Björn, dein Warenkorb wartet.","MessageType":"PROMOTIONAL","ConfigurationSetName":"tributary","TimeToLive":3600,"Context":{"segment":"cart-abandoners","text":"${textKey('+493023125014', entered('cart-abandoners'))}"}}`,
    );
  });

  it('is none where the text would be too long, or an attribute is missing', () => {
    const long = { ...TWILIO, template: '{{person.name.firstName}}'.repeat(4), maxParts: 1 };
    const named = { ...ADA, attributes: { 'person.name.firstName': 'x'.repeat(90) } };
    expect(requestsAbout(twilio, long, [[named, entered('A1')]])).toEqual([]);
    expect(requestsAbout(twilio, GERMAN, [[{ ...ADA, attributes: {} }, entered('A1')]])).toEqual([]);
  });
});

describe('the preview of a destination that sends texts', () => {
  const line = (number: string, attributes: object = {}) => ({
    segmentId: 'A1',
    status: 'realized',
    lastQualificationTime: new Date(NOW).toISOString(),
    identityMap: { 'Phone_E.164': [{ id: number }] },
    attributes,
  });

  it('shows each text, and why there is none', () => {
    const { requests, excluded, problems } = previewOf({ ...GERMAN, type: 'twilio' }, [
      line('+49 30 23125 014', { person: { name: { firstName: 'Björn' } } }),
      line('+49 30 23125 015'),
      line('030 23125'),
    ]);
    expect(problems).toEqual([]);
    expect(requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      expect.objectContaining({ To: '+493023125014', Body: 'Björn, dein Warenkorb wartet. STOP zum Abmelden.' }),
    ]);
    expect(requests[0]!.headers.authorization).not.toContain('SK');
    expect(excluded).toEqual({ missingAttribute: 1, notAPhoneNumber: 1 });
  });
});

describe('what a vendor of texts answers', () => {
  const answer = (type: AnyRequestType, written: object, status: number, body: object | string) => {
    const outcome: HttpOutcome = { kind: 'response', status, body: JSON.stringify(body) };
    return type.answer(outcome, [{}], null, destinationOf(type, written as never));
  };
  const AWS = { region: 'eu-central-1', template: 'Hello', optOuts: { dataset: 'opt-outs' } };

  it.each([
    [20429, 429, 'wait', 'too-many-requests'],
    [20003, 401, 'stop', 'not-authenticated'],
    [21211, 400, 'drop', 'invalid-number'],
    [21408, 400, 'stop', 'region-not-allowed'],
    [21606, 400, 'stop', 'sender-not-usable'],
    [21608, 400, 'stop', 'number-not-verified'],
    [21610, 400, 'drop', 'opted-out'],
    [21611, 400, 'wait', 'queue-full'],
    [21612, 400, 'drop', 'not-routable'],
    [21614, 400, 'drop', 'not-a-mobile'],
    [21617, 400, 'drop', 'text-too-long'],
    [99999, 400, 'drop', 'twilio-99999'],
    [20500, 500, 'unknown', 'http-500'],
  ])('means what its code says: Twilio %d under %d', (code, status, errorClass, reason) => {
    const said = answer(twilio, TWILIO, status, { code, message: 'in words', status });
    expect(said).toMatchObject({ kind: 'all', result: { delivered: false, errorClass, reason } });
  });

  it.each([
    ['ThrottlingException', {}, 400, 'wait', 'ThrottlingException'],
    ['ServiceQuotaExceededException', {}, 400, 'stop', 'ServiceQuotaExceededException'],
    ['AccessDeniedException', {}, 400, 'stop', 'AccessDeniedException'],
    ['ResourceNotFoundException', {}, 400, 'stop', 'ResourceNotFoundException'],
    ['ValidationException', {}, 400, 'drop', 'ValidationException'],
    ['ConflictException', { Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' }, 400, 'drop', 'opted-out'],
    ['ConflictException', { Reason: 'DESTINATION_PHONE_NUMBER_NOT_VERIFIED' }, 400, 'drop', 'ConflictException'],
    ['ConflictException', { Reason: 'NUMBER_CAPABILITIES_MISMATCH' }, 400, 'stop', 'ConflictException'],
    ['InternalServerException', {}, 500, 'unknown', 'http-500'],
  ])('means what its type says: AWS %s %j', (type, more, status, errorClass, reason) => {
    const said = answer(awsSms, AWS, status, { __type: `com.amazonaws.x#${type}`, ...more });
    expect(said).toMatchObject({ kind: 'all', result: { delivered: false, errorClass, reason } });
  });

  it('is read for a text of ours among those that Twilio lists', () => {
    const row = { to: '+15035550142', body: 'Ada’s basket – 5 €', segmentId: 'A1', key: 'k' };
    const found = (message: object): unknown =>
      twilio.texts!.find!.found(
        { kind: 'response', status: 200, body: JSON.stringify({ messages: [message] }) },
        row,
        NOW,
        destinationOf(twilio, TWILIO),
      );
    const date_created = new Date(NOW).toUTCString().replace('GMT', '+0000');
    const ours = { to: row.to, body: row.body, direction: 'outbound-api', date_created };
    expect(found(ours)).toBe(true);
    // Smart encoding.
    expect(found({ ...ours, body: "Ada's basket - 5 €" })).toBe(true);
    expect(found({ ...ours, body: 'Another text' })).toBe(false);
    expect(found({ ...ours, direction: 'inbound' })).toBe(false);
    expect(found({ ...ours, date_created: 'Sun, 01 Mar 2026 08:00:00 +0000' })).toBe(false);
  });
});

const description = apiDescription('twilio/twilio_api_v2010-messages.json');

describeOutside(description, 'requests to Twilio, as Twilio describes them', () => {
  it('have parameters that are described, of the types that are', () => {
    const written = { ...TWILIO, validitySeconds: 3600, statusCallback: 'https://texts.example.com/texts/tried' };
    const { url, body } = requestsAbout(twilio, written, [[ADA, entered('A1')]])[0]!;
    const form: Record<string, unknown> = Object.fromEntries(new URLSearchParams(body));
    form.ValidityPeriod = Number(form.ValidityPeriod);
    expect(description.operation('POST', new URL(url).pathname).problemsOf(form)).toEqual([]);
    expect(description.servers()).toContain(new URL(url).origin);
  });
});
