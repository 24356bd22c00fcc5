import { z } from 'zod';
import { namespaceCode } from '#core/identity/definition.ts';
import { definitionId } from '#core/util/definition-id.ts';
import { DAY_MS, MINUTE_MS } from '#core/util/durations.ts';
import { type AnyDestination, destinationBase } from '../destination-base.ts';
import type { AcceptedIdentities, DefinitionProblem, Reference } from '../destination-type.ts';
import { fromEach, phoneNumber } from '../normalise/forms.ts';
import { neededConsents } from '../vendor-settings.ts';
import { isTimeZone, quietUntil } from './quiet-hours.ts';
import { messageParts } from './segments.ts';
import { pathsOf, templateProblems, templateReferences, withoutPlaceholders } from './template.ts';

/** What both vendors take in one message, in characters. */
const MAX_BODY = 1_600;
const MAX_PARTS = 10;
const DAY_MINUTES = DAY_MS / MINUTE_MS;

const text = z.string().trim().min(1).max(MAX_BODY);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 21:00');
const timeZone = z.string().refine(isTimeZone, 'expected a time zone such as Europe/Berlin');

/** What users set for every type that sends texts to people. */
export const textSettings = {
  ...destinationBase,
  /** The text of every audience, or segment → text, with attributes in it: {@link ./template.ts}. */
  template: z.union([text, z.record(definitionId, text)]),
  /** Namespaces that hold numbers, the first that somebody has is used. */
  phone: z.array(namespaceCode).min(1).default(['Phone_E.164']),
  /** Most texts to one number on one day, of all audiences and destinations that send texts. */
  perDay: z.int().min(1).max(20).default(1),
  quietHours: z
    .strictObject({ from: timeOfDay, to: timeOfDay })
    .refine(({ from, to }) => from !== to, 'expected two times that differ: nobody would ever be sent anything')
    .optional(),
  timeZone: timeZone.default('UTC'),
  /** An attribute with the time zone of the person; `timeZone` counts for who has none. */
  timeZoneAttribute: z.string().min(1).optional(),
  /** An entry is not told later than this, quiet hours not counted. */
  maxAgeMinutes: z.int().min(1).max(DAY_MINUTES).default(60),
  /** Whether entries are told that time alone has made, e.g. an hour after something happened. */
  timedEntries: z.boolean().default(false),
  /** Most parts that a text may be sent in: each is paid for. */
  maxParts: z.int().min(1).max(MAX_PARTS).default(3),
  consents: neededConsents
    .default(['marketing.sms'])
    .refine(
      (paths) => paths.includes('marketing.sms'),
      'expected marketing.sms among them: nobody is sent a text without',
    ),
  /** Where opt-outs become records: who answers STOP, or is rejected by the vendor because they did. */
  optOuts: z.strictObject({ dataset: definitionId, namespace: namespaceCode.default('Phone_E.164') }),
};

const settings = z.object(textSettings);
export type TextSettings = Omit<z.output<typeof settings>, keyof typeof destinationBase>;
/** A destination of a type that sends texts to people. */
export type TextDestination = AnyDestination & TextSettings;

/** The form in which numbers are sent. */
export const NUMBER = 'E.164';

/** What such a type declares that follows from its settings: spread into its declaration. */
export const textDeclaration = {
  category: 'sms',
  capabilities: { exit: false, backfill: false, audiences: 'implied', list: false, deletion: false },
  delivery: 'requests',
  identities: ({ phone }: TextDestination): AcceptedIdentities => ({
    take: 'all',
    forms: [{ form: NUMBER, from: fromEach(phone, phoneNumber({ plus: true })) }],
  }),
  attributes: (destination: TextDestination): readonly string[] => [
    ...new Set([
      ...templatesOf(destination).flatMap(({ template }) => pathsOf(template)),
      ...(destination.timeZoneAttribute === undefined ? [] : [destination.timeZoneAttribute]),
    ]),
  ],
  mandatory: (): readonly string[] => [],
  sendsUpdates: (): boolean => false,
  consents: ({ consents }: TextDestination): readonly string[] => consents,
  references: (destination: TextDestination): readonly Reference[] => [
    ...destination.phone.map((namespace, i) => ({ path: ['phone', i], namespace })),
    ...templatesOf(destination).flatMap(({ template, path }) => templateReferences(template, path)),
    ...(destination.timeZoneAttribute === undefined
      ? []
      : [{ path: ['timeZoneAttribute'], attribute: destination.timeZoneAttribute }]),
    { path: ['optOuts', 'dataset'], dataset: destination.optOuts.dataset },
    { path: ['optOuts', 'namespace'], namespace: destination.optOuts.namespace },
  ],
  check: textProblems,
} as const;

/** The templates of a destination, each with its place in the file. */
function templatesOf({ template }: Pick<TextDestination, 'template'>) {
  return typeof template === 'string'
    ? [{ template, path: ['template'] as const }]
    : Object.entries(template).map(([id, each]) => ({ template: each, path: ['template', id] as const }));
}

/** The template for entries to a segment. */
export const templateFor = ({ template }: Pick<TextDestination, 'template'>, segmentId: string): string | undefined =>
  typeof template === 'string' ? template : Object.hasOwn(template, segmentId) ? template[segmentId] : undefined;

function textProblems(destination: TextDestination): DefinitionProblem[] {
  const { segments, template, maxParts } = destination;
  const problems = templatesOf(destination).flatMap((each): DefinitionProblem[] => {
    const unreadable = templateProblems(each.template, each.path);
    const { parts, encoding } = messageParts(withoutPlaceholders(each.template));
    if (unreadable.length > 0 || parts <= maxParts) return unreadable;
    const message = `the text alone, without attributes, has ${parts} parts in ${encoding}, and maxParts is ${maxParts}`;
    return [{ path: each.path, message, hint: 'shorten it, or raise maxParts: each part is paid for' }];
  });
  if (typeof template === 'string') return problems;
  for (const [i, id] of segments.entries()) {
    if (!Object.hasOwn(template, id)) {
      problems.push({ path: ['segments', i], message: `"${id}" has no text under "template"` });
    }
  }
  for (const id of Object.keys(template)) {
    if (!segments.includes(id)) {
      problems.push({ path: ['template', id], message: `"${id}" is not among the segments of the destination` });
    }
  }
  return problems;
}

/** The time zone that counts for somebody. */
export function timeZoneOf(
  { timeZone: standard, timeZoneAttribute }: TextSettings,
  attributes: Readonly<Record<string, unknown>>,
): string {
  const own = timeZoneAttribute === undefined ? undefined : attributes[timeZoneAttribute];
  return isTimeZone(own) ? own : standard;
}

/**
 * Until when an entry may be told: so long after it, or after the end of the quiet hours that it, or its end, falls into.
 * @param enteredAt epoch ms
 */
export function tellableUntil(enteredAt: number, { quietHours, maxAgeMinutes }: TextSettings, zone: string): number {
  const age = maxAgeMinutes * MINUTE_MS;
  const end = (quietUntil(enteredAt, quietHours, zone) ?? enteredAt) + age;
  const quietEnd = quietUntil(end, quietHours, zone);
  return quietEnd === undefined ? end : quietEnd + age;
}

/** For how long it is known which texts were sent: much longer than any entry may be told, or a queue keeps a message. */
export const TEXTS_KEPT_MS = 30 * DAY_MS;
