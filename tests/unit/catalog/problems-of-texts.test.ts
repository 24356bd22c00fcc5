import { describe, expect, it } from 'vitest';
import { type Case, HERE, marks, placesOf, problemsOf } from './marked.ts';

const SENDER = `id: texts
type: twilio
segments: [gold]
accountSid: AC00000000000000000000000000000001
sender: { messagingServiceSid: MG00000000000000000000000000000001 }
`;
const texts = (text: string) => ({ 'destinations/texts.yaml': `${SENDER}${text}` });
const OPT_OUTS = 'optOuts: { dataset: people }\n';

const CASES: readonly Case[] = [
  {
    name: 'an attribute that profiles do not have',
    files: texts(`${OPT_OUTS}template: ${HERE}"Hello {{loyalty.teir}}"\n`),
    says: [/"loyalty.teir" is not an attribute of profiles/],
  },
  {
    name: 'a placeholder that is not closed',
    files: texts(`${OPT_OUTS}template:\n  gold: ${HERE}"Hello {{loyalty.tier"\n`),
    says: [/cannot be read: "\{\{" at character 7 is never closed/],
  },
  {
    name: 'an audience without a text',
    files: { 'destinations/texts.yaml': `${SENDER.replace('[gold]', `[${HERE}gold]`)}${OPT_OUTS}template: {}\n` },
    says: [/"gold" has no text under "template"/],
  },
  {
    name: 'a text that is too long by itself',
    files: texts(`${OPT_OUTS}maxParts: 1\ntemplate: ${HERE}"${'a'.repeat(161)}"\n`),
    says: [/has 2 parts in GSM-7, and maxParts is 1/],
  },
  {
    name: 'a dataset of opt-outs that there is not',
    files: texts(`optOuts: { dataset: ${HERE}poeple }\ntemplate: Hello\n`),
    says: [/unknown dataset "poeple"/],
  },
  {
    name: 'a time zone that there is not',
    files: texts(`${OPT_OUTS}template: Hello\ntimeZone: ${HERE}Europe/Berlln\n`),
    says: [/time zone such as Europe\/Berlin/],
  },
  {
    name: 'quiet hours all day long',
    files: texts(`${OPT_OUTS}template: Hello\nquietHours: ${HERE}{ from: "08:00", to: "08:00" }\n`),
    says: [/two times that differ/],
  },
  {
    name: 'texts without the consent to them',
    files: texts(`${OPT_OUTS}template: Hello\nconsents: ${HERE}[marketing.email]\n`),
    says: [/expected marketing.sms among them/],
  },
];

describe('the catalog loader, on destinations that send texts', () => {
  it.each(CASES)('points at $name', ({ files, says }) => {
    const problems = problemsOf(files);
    expect(placesOf(problems), problems.map(({ message }) => message).join('\n')).toEqual(marks(files).sort());
    for (const [i, pattern] of says.entries()) expect(problems[i]?.message).toMatch(pattern);
  });

  it('takes everything that they can say', () => {
    const all = `template: { gold: "{{loyalty.tier|none}}" }
phone: [Phone_E.164]
perDay: 2
quietHours: { from: "21:00", to: "08:00" }
timeZone: Europe/Berlin
timeZoneAttribute: loyalty.tier
maxAgeMinutes: 5
timedEntries: true
maxParts: 1
optOuts: { dataset: people, namespace: Phone_E.164 }
`;
    const aws = `id: texts\ntype: aws-sms\nsegments: [gold]\nregion: eu-central-1\nmaxPrice: "0.05"\n${all}`;
    expect(problemsOf(texts(all))).toEqual([]);
    expect(problemsOf({ 'destinations/texts.yaml': aws })).toEqual([]);
  });
});
