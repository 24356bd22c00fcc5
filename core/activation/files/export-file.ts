/** A file to be written, and how many rows of memberships it has. */
export interface ExportFile {
  readonly key: string;
  readonly body: string;
  /** The body as it is stored, where that is not its text. */
  readonly bytes?: Uint8Array;
  /** Makes the bytes, where they are made only when they are wanted. */
  readonly encode?: () => Promise<Uint8Array>;
  readonly contentType: string;
  readonly rows: number;
}

/** A file as it is stored. */
export const bytesOf = async (file: ExportFile): Promise<Uint8Array> =>
  file.encode ? file.encode() : (file.bytes ?? new TextEncoder().encode(file.body));
