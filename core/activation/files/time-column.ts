/** What the one column of files is called that is no text. */
export const TIME_COLUMN = 'lastQualificationTime';
