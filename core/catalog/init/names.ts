/** Names of columns and fields, and what they are likely to mean. Only names that leave little doubt stand here. */

/** A name without what people write differently: `First name`, `first_name` and `firstName` are one. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

/** The words of a name, as people put them together: `customerId`, `customer_id`, `CustomerID`. */
const wordsOf = (name: string): string[] =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');

/**
 * A name for a field that needs no quotes in PQL; the same for the same name.
 * @param number of the column, for a name without letters that could stay
 */
export function fieldName(name: string, number: number): string {
  const [first, ...others] = wordsOf(name);
  if (first === undefined) return `column${number}`;
  const head = first === first.toUpperCase() ? first.toLowerCase() : `${first[0]!.toLowerCase()}${first.slice(1)}`;
  const joined = [head, ...others.map((word) => `${word[0]!.toUpperCase()}${word.slice(1).toLowerCase()}`)].join('');
  const short = joined.slice(0, 64);
  return /^[a-z]/.test(short) && !RESERVED.has(short) ? short : `_${short}`;
}

/** What files of a catalog, or records, must not be called. */
const RESERVED = new Set(['constructor', 'prototype', '__proto__']);

/** A name for a dataset or the fields of a company: letters, digits and hyphens. */
export function slug(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const joined = plain
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== '')
    .join('-');
  const start = joined.search(/[A-Za-z0-9]/);
  return start < 0 ? '' : joined.slice(start, start + 64);
}

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Standard XDM fields of people → plain names that mean them. All are text, except where a test of the values says so. */
const PERSON_FIELDS: readonly (readonly [path: string, names: ReadonlySet<string>])[] = [
  ['person.name.firstName', names('firstname givenname forename fname vorname prenom nombre')],
  ['person.name.middleName', names('middlename secondname')],
  ['person.name.lastName', names('lastname surname familyname lname nachname familienname nomdefamille apellido')],
  ['person.name.fullName', names('fullname customername contactname displayname')],
  ['person.name.courtesyTitle', names('salutation courtesytitle anrede honorific')],
  ['person.gender', names('gender sex geschlecht')],
  ['person.birthDate', names('birthdate dateofbirth dob birthday geburtsdatum geburtstag datenaissance')],
  ['homeAddress.street1', names('street street1 streetaddress address1 addressline1 strasse')],
  ['homeAddress.street2', names('street2 address2 addressline2')],
  ['homeAddress.city', names('city town ort stadt ville ciudad')],
  ['homeAddress.postalCode', names('postalcode postcode zip zipcode plz postleitzahl codepostal')],
  ['homeAddress.stateProvince', names('state province stateprovince bundesland')],
  ['homeAddress.countryCode', names('country countrycode countryiso land pays')],
  ['homeAddress.country', names('country countryname land pays')],
  ['preferredLanguage', names('language preferredlanguage lang locale sprache')],
  ['loyalty.tier', names('tier loyaltytier loyaltylevel loyaltystatus')],
  ['loyalty.points', names('loyaltypoints points')],
  ['extSourceSystemAudit.createdDate', names('createdat created createddate creationdate signupdate registeredat')],
  [
    'extSourceSystemAudit.lastUpdatedDate',
    names('updatedat updated lastupdated lastupdate lastupdatedat modifiedat lastmodified modified changedat'),
  ],
];

/** The same of events. */
const EVENT_FIELDS: readonly (readonly [path: string, names: ReadonlySet<string>])[] = [
  ['commerce.order.purchaseID', names('orderid ordernumber orderno purchaseid')],
  ['commerce.order.priceTotal', names('total ordertotal totalprice amount revenue pricetotal grandtotal totalamount')],
  ['commerce.order.currencyCode', names('currency currencycode')],
  ['web.webPageDetails.URL', names('url pageurl pagelocation')],
  ['web.webPageDetails.name', names('page pagename pagetitle')],
  ['web.webReferrer.URL', names('referrer referer referrerurl')],
];

/** The standard fields that a name may mean, the best one first. A name with dots may be a path: its end counts too. */
export function standardFields(name: string, kind: 'event' | 'record'): readonly string[] {
  const plain = new Set([plainName(name), plainName(name.split('.').at(-1)!)]);
  const table = kind === 'event' ? EVENT_FIELDS : PERSON_FIELDS;
  return table.flatMap(([path, known]) => (plain.isDisjointFrom(known) ? [] : [path]));
}

/** Text by what it is, even where all of it are digits. */
export const isCodeName = (name: string): boolean =>
  /(?:^|[^a-z])(?:id|ids|code|zip|plz|key|sku|ean|gtin|iban|isbn|uuid|guid|hash|token|phone|mobile|fax|tel|nr|no|number)$/.test(
    wordsOf(name).join(' ').toLowerCase(),
  ) || /(?:id|code|nummer|number|zip|phone)$/.test(plainName(name));

/** A telephone number. */
export const isPhoneName = (name: string): boolean =>
  /^(?:phone|phoneno|phonenr|mobile|mobileno|cell|telephone|telefon|tel|handy|mobil|msisdn)$|(?:phone|mobile|phonenumber|mobilenumber|telefonnummer)$/.test(
    plainName(name),
  );

/** An e-mail address. */
export const isEmailName = (name: string): boolean => /e?mail(?:address|adresse)?$/.test(plainName(name));

/** When something happened. */
export const isEventTimeName = (name: string): boolean =>
  /^(?:timestamp|time|ts|datetime|date|eventtime|eventdate|eventtimestamp|occurredat|happenedat|orderdate|orderedat|purchasedate|purchasedat|transactiondate|visitedat|zeitpunkt|zeitstempel|datum)$/.test(
    plainName(name),
  );

/** A moment of any kind, so that a number there may be one. */
export const isTimeName = (name: string): boolean =>
  isEventTimeName(name) || /(?:time|timestamp|date|at|on|ts)$/.test(plainName(name));

/** What happened. */
export const isEventTypeName = (name: string): boolean =>
  /^(?:event|eventtype|eventname|type|action|activity|activitytype|aktion)$/.test(plainName(name));

/** What tells one event from another. */
export const isEventIdName = (name: string): boolean =>
  /^_?(?:id|uuid|guid|eventid|messageid|recordid|orderid|ordernumber|orderno|transactionid|transactionnumber|invoiceid|invoicenumber|bookingid|hitid|requestid|bestellnummer)$/.test(
    plainName(name),
  );

const PERSON =
  /(?:customer|client|user|member|crm|contact|person|account|subscriber|shopper|patient|guest|buyer|kunden|mitglied)/;
const THING =
  /(?:order|event|transaction|session|product|item|invoice|campaign|store|shop|page|category|message|booking|request|batch|parent|row)/;
const DEVICE = /(?:device|installation)/;
const COOKIE = /(?:visitor|cookie|anonymous|browser)/;
const ID = /(?:id|ids|uuid|guid|number|no|nr|nummer|key|login|email|name)$/;

/** Whom or what an identifier of this name identifies; nothing where it does not look like one. */
export function idKindOf(name: string): 'person' | 'device' | 'cookie' | 'thing' | 'unknown' | undefined {
  const plain = plainName(name);
  if (/^(?:id|uuid|guid|key|nr|no|number|externalid)$/.test(plain)) return 'unknown';
  if (/(?:first|last|full|middle|given|family|display)name$/.test(plain) || !ID.test(plain)) return undefined;
  if (THING.test(plain)) return 'thing';
  if (/name$/.test(plain)) return /^(?:user|login)name$/.test(plain) ? 'person' : undefined;
  if (COOKIE.test(plain)) return 'cookie';
  if (DEVICE.test(plain)) return 'device';
  if (PERSON.test(plain)) return 'person';
  return /(?:id|uuid|guid)$/.test(plain) ? 'unknown' : undefined;
}
