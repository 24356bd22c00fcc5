import { describe, expect, it } from 'vitest';
import { type Case, HERE, marks, placesOf, problemsOf } from './marked.ts';

const destination = (text: string) => ({ 'destinations/hook.yaml': text });
const HTTP = 'id: hook\ntype: http\nurl: https://a.example/\nsegments: [gold]\n';
const FILE = 'id: hook\ntype: s3-file\nsegments: [gold]\n';

const CASES: readonly Case[] = [
  {
    name: 'telephone numbers that may be written in any way',
    files: destination(`${HTTP}identities: [${HERE}Phone, Phone_E.164]\n`),
    says: [/"Phone" may be written in any way and can't be activated/],
  },
  {
    name: 'the same for a file',
    files: destination(`${FILE}identity: ${HERE}Phone\n`),
    says: [/can't be activated/],
  },
  {
    name: 'a mandatory attribute that profiles do not have',
    files: destination(`${HTTP}mandatoryAttributes: [${HERE}loyalty.points]\n`),
    says: [/"loyalty.points" is not an attribute/],
  },
  {
    name: 'a way of authenticating that there is not',
    files: destination(`${HTTP}authentication: { type: ${HERE}basic }\n`),
    says: [/"authentication.type" is "basic"/],
  },
  {
    name: 'a key of another identity than that of the rows',
    files: destination(`${FILE}identity: CRMID\ndeduplicationKey: { identity: ${HERE}ECID }\n`),
    says: [/can't be made one by "ECID"/],
  },
  {
    name: 'a key of an attribute that profiles do not have',
    files: destination(`${FILE}deduplicationKey: { attributes: [${HERE}loyalty.points] }\n`),
    says: [/"loyalty.points" is not an attribute/],
  },
  {
    name: 'rows that name nobody',
    files: destination(`${HERE}${FILE}attributes: [segmentMembership.status]\n`),
    says: [/would name nobody/],
  },
  {
    name: 'a range of days without any',
    files: destination(`${FILE}identity: CRMID\nstartDate: "2026-01-04"\nendDate: ${HERE}"2026-01-04"\n`),
    says: [/nothing would be exported/],
  },
  {
    name: 'one file name for several segments',
    files: {
      ...destination(`${FILE.replace('[gold]', '[gold, gold2]')}identity: CRMID\nfileName: ${HERE}"{destination}"\n`),
      'segments/gold2.yaml':
        'id: gold2\nname: G\nexpression: { type: PQL, format: pql/text, value: \'loyalty.tier = "gold"\' }\n',
    },
    says: [/would have the same name/],
  },
];

describe('the catalog loader, on destinations of people', () => {
  it.each(CASES)('points at $name', ({ files, says }) => {
    const problems = problemsOf(files);
    expect(placesOf(problems), problems.map(({ message }) => message).join('\n')).toEqual(marks(files).sort());
    for (const [i, pattern] of says.entries()) expect(problems[i]?.message).toMatch(pattern);
  });

  it('takes everything that destinations can say', () => {
    const http = `${HTTP}mandatoryAttributes: [loyalty.tier]\nrequestsPerSecond: 5\nauthentication: { type: oauth2ClientCredentials, tokenUrl: https://id.example/token, scope: a, clientAuthentication: body }\n`;
    const file = `${FILE}identity: CRMID\nattributes: [segmentMembership.status, identityMap, loyalty.tier]\nmandatoryAttributes: [loyalty.tier]\nexport: full\nschedule: every3h\nstartDate: "2026-01-04"\nendDate: "2026-01-11"\nfileName: "{destination}-{segment}"\n`;
    expect(problemsOf(destination(http))).toEqual([]);
    expect(problemsOf(destination(file))).toEqual([]);
  });
});
