import { isObject } from '#core/util/is-object.ts';

/**
 * A file as the CRM of the example exports it (`catalog/datasets/customers.yaml`), of one customer. A row has everything that
 * the CRM knows of a customer, and what it does not say is nothing any more: so all that the profile has is in it.
 * @param known the profile so far
 */
export function crmFile(
  { crmId, tier, updatedAt }: { readonly crmId: string; readonly tier: string; readonly updatedAt: string },
  known: Readonly<Record<string, unknown>>,
): string {
  const fields = new Map(fieldsOf(known));
  const row: Readonly<Record<string, string | undefined>> = {
    crmId,
    email: fields.get('personalEmail.address'),
    phone: fields.get('mobilePhone.number'),
    firstName: fields.get('person.name.firstName'),
    lastName: fields.get('person.name.lastName'),
    tier,
    country: fields.get('homeAddress.countryCode'),
    emailConsent: fields.get('consents.marketing.email.val'),
    optOut: fields.get('privacyOptOuts.general_opt_out'),
    updatedAt,
  };
  const quoted = Object.values(row).map((cell = '') => `"${cell.replaceAll('"', '""')}"`);
  return `${Object.keys(row).join(',')}\n${quoted.join(',')}\n`;
}

/** Dotted path and value as text, of each field. */
export function fieldsOf(value: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([name, below]): [string, string][] => {
    if (isObject(below)) return fieldsOf(below, `${prefix}${name}.`);
    return [[`${prefix}${name}`, typeof below === 'string' ? below : JSON.stringify(below)]];
  });
}
