// Why a database is not opened: both end the start with a sentence that a person can act on.

/** Another process has it open: SQLite is for one process. */
export class DatabaseInUseError extends Error {
  readonly code = 'database_in_use';
  readonly file: string;
  /** "process 4711 on host relay-1", as far as it can be told. */
  readonly holder: string;

  constructor(file: string, holder: string, options: { cause: unknown }) {
    super(
      `The database ${file} is in use by ${holder}. Only one process can have it open: stop that one first, ` +
        'or give this one another DATA_DIR.',
      options,
    );
    this.name = 'DatabaseInUseError';
    this.file = file;
    this.holder = holder;
  }
}

/** Made or migrated by a newer version: this one would misread it. */
export class DatabaseTooNewError extends Error {
  readonly code = 'database_too_new';
  readonly migrations: readonly string[];

  constructor(migrations: readonly string[]) {
    super(
      `The database was made by a newer version of the relay (it has ${migrations.join(', ')}, which this version does ` +
        'not know). Nothing was changed. Start that version or a later one, or give this one another database.',
    );
    this.name = 'DatabaseTooNewError';
    this.migrations = migrations;
  }
}

/** It is there, and cannot be read or written: permissions, a full disk, a file that is something else. */
export class DatabaseUnusableError extends Error {
  readonly code = 'database_unusable';

  constructor(file: string, options: { cause: unknown }) {
    const why = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super(
      `The database ${file} cannot be used: ${why}. Look at its permissions, the disk, and whether it is ours.`,
      options,
    );
    this.name = 'DatabaseUnusableError';
  }
}
