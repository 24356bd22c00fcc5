import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS } from '#core/schema/definition.ts';

/**
 * Classes, field groups and data types that catalogs may name by their public `$id` without having their files: what a
 * customer data platform can't do without, in the names of records (aep.md §1.1–1.5). A file of the same `$id` comes
 * first.
 */
const text = { type: 'string' };
const instant = { type: 'string', format: 'date-time' };
const object = (properties: object) => ({ type: 'object', properties });
const map = (additionalProperties: object) => ({ type: 'object', 'meta:xdmType': 'map', additionalProperties });
const group = ($id: string, title: string, properties: object) => ({ $id, title, ...object(properties) });

const IDENTITY_ITEM = 'https://ns.adobe.com/xdm/context/identityitem';
const IDENTITY_MAP = 'https://ns.adobe.com/xdm/context/identitymap';
const CONSENTS = 'https://ns.adobe.com/xdm/datatypes/consents-and-preferences';
const identityMap = map({ type: 'array', items: { $ref: IDENTITY_ITEM } });

const choice = { enum: ['y', 'n', 'p', 'u', 'dy', 'dn', 'LI', 'CT', 'CP', 'VI', 'PI'] };
const consent = { ...object({ val: choice }), required: ['val'] };
const preference = { ...object({ val: choice, time: instant, reason: text }), required: ['val'] };
const CHANNELS = ['any', 'email', 'push', 'sms', 'call', 'whatsApp', 'commercialEmail', 'fax', 'postalMail'];
const marketing = object({
  preferred: text,
  ...Object.fromEntries(CHANNELS.map((channel) => [channel, preference])),
});

const consents = object({
  collect: consent,
  share: consent,
  personalize: object({ content: consent }),
  adID: object({ idType: { enum: ['IDFA', 'GAID'] }, val: choice }),
  marketing,
  idSpecific: map(map(object({ collect: consent, share: consent, marketing }))),
  metadata: object({ time: instant }),
});
const optOuts = { enum: ['in', 'out', 'not_provided'] };

export const BUILT_IN_SCHEMAS: readonly (Readonly<Record<string, unknown>> & { readonly $id: string })[] = [
  group('https://ns.adobe.com/xdm/data/record', 'Record', { _id: text }),
  group('https://ns.adobe.com/xdm/data/time-series', 'Time series', { _id: text, timestamp: instant }),
  group(PROFILE_CLASS, 'Individual Profile', {
    _id: text,
    _repo: object({ createDate: instant, modifyDate: instant }),
    createdByBatchID: text,
    modifiedByBatchID: text,
    personID: text,
  }),
  group(EXPERIENCE_EVENT_CLASS, 'ExperienceEvent', {
    _id: text,
    timestamp: instant,
    eventType: text,
    eventMergeId: text,
    producedBy: text,
    identityMap,
  }),
  {
    ...group(IDENTITY_ITEM, 'Identity', {
      id: text,
      authenticatedState: { enum: ['ambiguous', 'authenticated', 'loggedOut'] },
      primary: { type: 'boolean' },
    }),
    required: ['id'],
  },
  group(IDENTITY_MAP, 'IdentityMap', { identityMap }),
  group('https://ns.adobe.com/experience/profile-edgeregion', 'Data capture region for Profile', {
    userActivityRegions: map(object({ captureTimestamp: instant })),
  }),
  group('https://ns.adobe.com/experience/experienceevent-edgeregion', 'Data capture region for Experience Events', {
    userActivityRegion: object({ dataCenterLocation: text, captureTimestamp: instant }),
  }),
  {
    ...group(CONSENTS, 'Consents and preferences', { consents }),
    definitions: { 'profile-consents': object({ consents }) },
  },
  {
    $id: 'https://ns.adobe.com/xdm/mixins/profile-consents',
    title: 'Consent and Preference Details',
    type: 'object',
    allOf: [{ $ref: CONSENTS }],
  },
  group('https://ns.adobe.com/xdm/context/profile-privacy', 'Privacy', {
    privacyOptOuts: object({ general_opt_out: optOuts, sales_sharing_opt_out: optOuts }),
  }),
  group('https://ns.adobe.com/xdm/common/external-source-system-audit-details', 'External Source System Audit', {
    extSourceSystemAudit: object({
      createdDate: instant,
      lastUpdatedDate: instant,
      createdBy: text,
      lastUpdatedBy: text,
      externalKey: { type: 'object' },
    }),
  }),
];
