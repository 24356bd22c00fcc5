/** Where the files of a destination go that are not for the exports bucket of the stage. */
export type FileTarget = S3Target | SftpTarget;

/** A bucket of another account. */
export interface S3Target {
  readonly kind: 's3';
  readonly bucket: string;
  /** What keys begin with; empty, or ending with a slash. */
  readonly prefix: string;
  /** @default that of the stage */
  readonly region?: string | undefined;
  readonly roleArn: string;
  readonly externalId?: string | undefined;
  /** @default as the bucket encrypts by itself */
  readonly kmsKeyArn?: string | undefined;
}

export interface SftpTarget {
  readonly kind: 'sftp';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly folder: string;
  /** SHA-256 fingerprints as `ssh-keygen -l` prints them: `SHA256:…`. */
  readonly hostKeys: readonly string[];
}

/** What a receiver gets. */
export interface SentFile {
  /** Without a folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
}
