/** In what a text is sent, and in how many parts; each part costs as a message. */
export interface MessageParts {
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly parts: number;
}

/** The default alphabet of GSM (3GPP TS 23.038), and what takes two places in it. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENDED = new Set('\f^{}\\[~]|€');

/** One part holds so many places; of several each has less, for the header that joins them. */
const PLACES = { 'GSM-7': [160, 153], 'UCS-2': [70, 67] } as const;

/** How many parts a text has: 160 or 153 places of GSM-7, or 70 or 67 of UCS-2 where one character is not of GSM-7. */
export function messageParts(text: string): MessageParts {
  const characters = [...text];
  const isGsm = characters.every((character) => BASIC.has(character) || EXTENDED.has(character));
  const encoding = isGsm ? 'GSM-7' : 'UCS-2';
  const widths = characters.map((character) => (isGsm ? (EXTENDED.has(character) ? 2 : 1) : character.length));
  const [single, joined] = PLACES[encoding];
  if (widths.reduce((sum, width) => sum + width, 0) <= single) return { encoding, parts: 1 };
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    // No character is divided between two parts.
    if (used + width > joined) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, parts };
}
