/** Rows of a chunk: small ones, or those that are packed very well, take no less time to stitch. */
export const MAX_ROWS_PER_CHUNK = 131_072;
