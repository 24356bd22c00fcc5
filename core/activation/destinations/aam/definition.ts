import { z } from 'zod';
import { destinationBase } from '#core/activation/destination-base.ts';
import { definitionId as id } from '#core/util/definition-id.ts';

export const aamDestination = z.strictObject({
  ...destinationBase,
  type: z.literal('aam'),
  /** Where the collection hosts of the regions are; `{host}` is replaced by the region's host name. */
  edgeEndpoint: z.string().includes('{host}').default('https://{host}'),
  /** XDM region family (the letters of `VA6`) → Audience Manager region id and host; replaces the built-in table. */
  regions: z.record(z.string(), z.strictObject({ id: z.int(), host: z.string() })).optional(),
  /** Data provider id of the files, by namespace; replaces the built-in ones. */
  dataProviderIds: z.record(z.string(), z.int()).optional(),
  /** `d_orgid` of the calls to the edge: whose data it is. */
  organizationId: z
    .string()
    .regex(/^[A-Za-z0-9]+@AdobeOrg$/, 'an id such as 0123456789ABCDEF01234567@AdobeOrg')
    .optional(),
  /** The company's alias of demdex.net, which goes into the `Host` of the calls to the edge. */
  domainAlias: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,63}$/, 'letters, digits and "-", at most 63')
    .optional(),
  edgeMethod: z.enum(['POST', 'GET']).optional(),
  /** First folder of the files: the company's name in Audience Manager; the destination's id when left out. */
  partner: id.optional(),
  /** Data provider id of the company: stands behind that of the ids in the names of files. */
  targetDataProviderId: z.int().positive().optional(),
  /** Number of the trait of a segment, by segment id: files then name traits (`d_sid`, `d_unsid`), not signals. */
  traits: z.record(id, z.int().positive()).optional(),
  /** Whether files are compressed with gzip. */
  gzip: z.boolean().optional(),
  /** How long a segment that is newly shared is not told, while Audience Manager sets it up (aep.md §7.1 step 10); 4 when left out. */
  firstUseHours: z.number().min(0).max(168).optional(),
  /** The sandbox that this catalog belongs to; only the default production sandbox is shared (aep.md §7.1 step 11). */
  sandbox: z
    .strictObject({
      name: z.string().min(1),
      type: z.enum(['production', 'development']),
      isDefault: z.boolean().default(false),
    })
    .optional(),
});
export type AamDestination = z.output<typeof aamDestination>;
