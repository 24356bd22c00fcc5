import * as z from 'zod';
import { lifecycleState } from '#core/segmentation/definition.ts';
import { definitionId } from '#core/util/definition-id.ts';
import { problemOfSurface } from './surfaces.ts';

const MAX_PLACES = 50;
const MAX_EXPERIENCES = 100;
/** Of one experience (docs/personalisation.md, "Limits"). */
const MAX_ITEMS = 50;
const MAX_SCOPE_LENGTH = 250;
const MAX_SELECTOR_LENGTH = 2_048;

/** What the control group is called among the experiences of an activity. */
export const CONTROL = 'control';

/** The scope of what is shown on every page, without being asked for by name. */
export const PAGE_SCOPE = '__view__';

const itemId = definitionId.optional();
const text = z.string().max(262_144);
const selector = z.string().min(1).max(MAX_SELECTOR_LENGTH);
const pixels = z.union([z.number(), z.string().max(32)]);
const attributes = z.record(z.string().min(1).max(256), z.union([z.string().max(32_768), z.number(), z.boolean()]));

/** A DOM action whose content is HTML or text. */
const written = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), id: itemId, selector, content: text });
/** One without content. */
const bare = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), id: itemId, selector });
/** One whose content is an object. */
const structured = <T extends string, C extends z.ZodType>(type: T, content: C) =>
  z.strictObject({ type: z.literal(type), id: itemId, selector, content });

/** What is shown: an offer that the page asked for by name, or a change of the page that the SDK makes. */
const item = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('html'), id: itemId, content: text }),
  z.strictObject({
    type: z.literal('json'),
    id: itemId,
    content: z.union([z.record(z.string(), z.json()), z.array(z.json())]),
  }),
  written('setHtml'),
  written('setText'),
  written('customCode'),
  written('replaceHtml'),
  written('prependHtml'),
  written('appendHtml'),
  written('insertBefore'),
  written('insertAfter'),
  written('setImageSource'),
  structured('setAttribute', attributes),
  structured('setStyle', attributes),
  structured('move', z.strictObject({ left: pixels.optional(), top: pixels.optional() })),
  structured('resize', z.strictObject({ width: pixels.optional(), height: pixels.optional() })),
  structured('rearrange', z.strictObject({ from: z.int().min(0), to: z.int().min(0) })),
  bare('remove'),
  bare('click'),
]);
export type ItemDefinition = z.output<typeof item>;

const percent = z.number().min(0).max(100);

const experience = z.strictObject({
  id: definitionId,
  name: z.string().optional(),
  /** Percent of those who enter the activity; the same for all where none says it. */
  share: percent.optional(),
  /** None: what the page has by itself. */
  items: z.array(item).max(MAX_ITEMS).default([]),
});
export type ExperienceDefinition = z.output<typeof experience>;

const instant = z.iso.datetime({ offset: true, error: 'a time such as "2026-03-01T10:00:00Z"' });

/** `activities/`: what is shown to whom, where on the pages, and how many see which of its experiences. */
export const activityDefinition = z.strictObject({
  id: definitionId,
  name: z.string().min(1),
  description: z.string().optional(),
  lifecycleState,
  /** Id of the segment whose members see it. Everybody, when omitted. */
  audience: definitionId.optional(),
  /** Where several want the same place, the higher one goes first. */
  priority: z.int().min(0).max(999).default(5),
  /** From `start` on, and before `end`. */
  schedule: z.strictObject({ start: instant.optional(), end: instant.optional() }).default({}),
  /** Whose id decides which experience it is: that of the device, or of the person where one is known. */
  splitBy: z.enum(['device', 'person']).default('device'),
  /** Percent of the audience that enters at all; others see what they would without the activity. */
  traffic: percent.default(100),
  /** Percent of those who enter that see what the page has by itself, and are counted, for comparison. */
  control: percent.default(0),
  /** Names that pages ask for, such as `home-hero`; `__view__`: every page, without being asked. */
  scopes: z.array(z.string().min(1).max(MAX_SCOPE_LENGTH)).max(MAX_PLACES).default([]),
  /** Pages, and places on them: `web://www.shop.example/tents`, `web://www.shop.example/*#hero`. */
  surfaces: z
    .array(
      z
        .string()
        .max(MAX_SELECTOR_LENGTH)
        .superRefine((surface, context) => {
          const problem = problemOfSurface(surface);
          if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
        }),
    )
    .max(MAX_PLACES)
    .default([]),
  experiences: z.array(experience).min(1).max(MAX_EXPERIENCES),
  /** What counts as the success of an experience: an event of a person who has seen it. */
  conversion: z.strictObject({ eventType: z.string().min(1).max(256) }).optional(),
});

/** A validated definition, defaults filled in. */
export type ActivityDefinition = z.output<typeof activityDefinition>;
