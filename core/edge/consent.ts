import { isObject } from '#core/util/is-object.ts';
import { separatePersons, type Trust } from './person.ts';
import { type EdgeProblem, edgeProblem } from './problem.ts';
import type { EdgeIdentityMap, StatedConsent } from './request.ts';
import type { CompiledDatastream, EdgeSettings } from './settings.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whether a device's data may be collected, as its consent cookie says: `general=in`. */
export type General = 'in' | 'out';

/** What a call of `set-consent` says, in the fields of a profile record. */
export interface Consents {
  readonly fields: Fields;
  /** What the consent cookie has to say from now on; undefined where nothing was said of collecting. */
  readonly general: General | undefined;
}

/**
 * Reads the preferences of a call: Adobe 2.0 (an object of XDM), Adobe 1.0 (`general`: in or out). Of several the last
 * one counts where they say the same field.
 */
export function readConsents(stated: readonly StatedConsent[]): Consents | EdgeProblem {
  let consents: Consents = { fields: {}, general: undefined };
  for (const [index, one] of stated.entries()) {
    const read = readConsent(one);
    if (!read) return edgeProblem('0104-422', `/consent/${index}: ${KNOWN}`);
    consents = { fields: { ...consents.fields, ...read.fields }, general: read.general ?? consents.general };
  }
  return consents;
}

const KNOWN =
  'expected standard "Adobe" with version "2.0" and an object of consents, or version "1.0" and {"general": "in" or "out"}; ' +
  'IAB TCF is not read';

function readConsent({ standard, version, value }: StatedConsent): Consents | undefined {
  if (standard.toLowerCase() !== 'adobe' || !isObject(value)) return undefined;
  if (version === '2.0') return { fields: { consents: value }, general: generalOf(choiceOf(value.collect)) };
  if (version !== '1.0') return undefined;
  const { general } = value;
  if (general === 'pending' || general === 'not_provided') return { fields: {}, general: undefined };
  if (general !== 'in' && general !== 'out') return undefined;
  const collect = { val: general === 'in' ? 'y' : 'n' };
  return { fields: { consents: { collect }, privacyOptOuts: { general_opt_out: general } }, general };
}

const choiceOf = (consent: unknown): unknown => (isObject(consent) ? consent.val : undefined);

/** A rejection ends collecting; a pending or unknown choice changes nothing. */
function generalOf(collect: unknown): General | undefined {
  if (collect === 'n' || collect === 'dn') return 'out';
  return collect === undefined || collect === 'p' || collect === 'u' ? undefined : 'in';
}

/** What a cookie says: `general=in`, in pairs of which only that one is read. */
export function generalIn(cookie: string | undefined): General | undefined {
  const [, general] = /(?:^|;)\s*general=(in|out)(?:;|$)/.exec(decoded(cookie ?? '')) ?? [];
  return general as General | undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whose consents they are, and when they were given. */
export interface ConsentSource {
  readonly ecid: string;
  readonly identityMap: EdgeIdentityMap;
  readonly trust: Trust;
  readonly datastream: CompiledDatastream;
  readonly datasetId: string;
  readonly settings: EdgeSettings;
  /** Epoch ms. Their order is that of their arrival: the clock of a device may be set. */
  readonly now: number;
}

/** The profile record of consents: of the device, and of the person only where somebody stands behind that. */
export function consentRecord({ fields }: Consents, source: ConsentSource): Fields {
  const { ecid, trust, datastream, datasetId, settings, now } = source;
  const { consents } = fields;
  // What is said of single identities is said of a person.
  const { idSpecific: _ofOthers, ...ofDevice } = isObject(consents) ? consents : {};
  const own = trust.isTrusted || !isObject(consents) ? fields : { ...fields, consents: ofDevice };
  const record = { ...own, identityMap: source.identityMap };
  const claims = datastream.claimFields.get(datasetId) ?? [];
  const entity = separatePersons(record, ecid, trust, claims, settings);
  return { ...entity, extSourceSystemAudit: { lastUpdatedDate: new Date(now).toISOString() } };
}
