import type { AudienceExplanation } from '#core/access/explain-audience.ts';
import type { ExplainedPart } from '#core/segmentation/explain/explain.ts';

/** Why a person is in an audience, for people to read. */
export function printAudienceExplanation(identity: string, explanation: AudienceExplanation): string {
  const { segmentId, isMember, optedOut, evaluated, method, rule } = explanation;
  const lines = [
    `${identity} is ${isMember ? 'in' : 'not in'} ${segmentId} (${method})`,
    `  evaluated last: ${evaluated ? `${evaluated.status} since ${instant(evaluated.lastQualificationTime)}` : 'never a member'}`,
    ...(optedOut ? ['  has opted out: in no audience, whatever its rule says'] : []),
    ...differs(explanation),
    '',
    ...ruleLines(rule),
  ];
  return `${lines.join('\n')}\n`;
}

function differs({ isMember, evaluated, method }: AudienceExplanation): string[] {
  if (isMember === (evaluated?.status === 'realized')) return [];
  return method === 'batch'
    ? ['  the next evaluation of all profiles brings it up to date']
    : ['  not evaluated yet since it became so; seconds after a record, a minute after an instant in a rule'];
}

/** The same as JSON, with instants as texts. */
export function audienceExplanationAsJson({ evaluated, rule, ...rest }: AudienceExplanation): object {
  const since = evaluated && instant(evaluated.lastQualificationTime);
  return { ...rest, ...(evaluated && { evaluated: { status: evaluated.status, since } }), rule: partAsJson(rule) };
}

function partAsJson({ changesAt, events, parts, ...rest }: ExplainedPart): object {
  const newest = events?.newest.map(({ time, ...event }) => ({ ...event, time: instant(time) }));
  return {
    ...rest,
    ...(changesAt !== undefined && { changesAt: instant(changesAt) }),
    ...(events && { events: { count: events.count, newest } }),
    ...(parts.length > 0 && { parts: parts.map(partAsJson) }),
  };
}

/** A line for each part of a rule, indented by how deep it is, and below it what it reads. */
export function ruleLines(part: ExplainedPart, depth = 0): string[] {
  const indent = '  '.repeat(depth);
  const mark = part.isTrue ? '✓' : '✗';
  const until = part.changesAt === undefined ? '' : `   until ${instant(part.changesAt)}, unless something comes in`;
  if (part.kind !== 'condition') {
    const name = { and: 'all of', or: 'any of', not: 'not' }[part.kind];
    return [`${indent}${mark} ${name}${until}`, ...part.parts.flatMap((inside) => ruleLines(inside, depth + 1))];
  }
  const values = Object.entries(part.values ?? {}).map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
  const { count = 0, newest = [] } = part.events ?? {};
  const events = newest.map(
    ({ id, time, eventType }) => `event ${instant(time)} ${id}${eventType ? ` ${eventType}` : ''}`,
  );
  if (part.events && count === 0) events.push('no event counts');
  if (count > newest.length) events.push(`and ${count - newest.length} events before them`);
  const below = [...values, ...events].map((line) => `${indent}    ${line}`);
  return [`${indent}${mark} ${part.text.replaceAll(/\s+/g, ' ').trim()}${until}`, ...below];
}

const instant = (time: number): string => new Date(time).toISOString();
