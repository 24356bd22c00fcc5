/** Keys of the landing bucket that begin so are working copies of files, which nobody needs once their batch is done. */
export const BLOCKS_PREFIX = 'pieces/';
